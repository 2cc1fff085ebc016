defmodule Logger.Filter do
  @moduledoc false

  # The filters that `Logger` puts between all events and the handlers.

  @doc false
  def process_level(%{level: level}, _extra) do
    case Process.get(:"$logger_level") do
      nil -> :ignore
      limit -> if :logger.compare_levels(level, limit) == :lt, do: :stop, else: :ignore
    end
  end

  @doc false
  def remote_gl(%{meta: %{gl: leader}}, action) when is_pid(leader) and node(leader) != node(), do: action
  def remote_gl(_event, _action), do: :ignore

  # Reports of OTP's behaviours become Elixir's words; those of SASL (starts and ends of supervised processes)
  # are dropped unless they were asked for.
  @doc false
  def translate(%{meta: %{domain: [:otp, :sasl | _]}}, %{sasl: false}), do: :stop
  def translate(%{meta: %{domain: [:supervisor_report | _]}}, %{sasl: false}), do: :stop
  def translate(%{msg: {:string, _}}, _config), do: :ignore

  def translate(%{msg: {:report, %{label: label, report: report}}} = event, %{translators: [_ | _]} = config) do
    run(event, :report, {label, report}, config.translators)
  end

  def translate(%{msg: {:report, %{label: label} = report}} = event, %{translators: [_ | _]} = config) do
    run(event, :report, {label, Map.delete(report, :label)}, config.translators)
  end

  def translate(%{msg: {:report, report}, meta: meta} = event, %{translators: [_ | _]} = config) do
    run(event, :report, {:logger, report}, Map.get(meta, :elixir_translators, config.translators))
  end

  def translate(%{msg: {format, args}} = event, %{translators: [_ | _]} = config) when is_list(args) do
    run(event, :format, {format, args}, config.translators)
  end

  def translate(_event, _config), do: :ignore

  defp run(_event, _kind, _data, []), do: :ignore

  defp run(%{level: level} = event, kind, data, [{module, function} | translators]) do
    min_level = :logger.get_primary_config().level

    case apply(module, function, [min_level, level, kind, data]) do
      {:ok, chardata, metadata} ->
        %{event | msg: {:string, chardata}, meta: Enum.into(metadata, event.meta)}

      {:ok, chardata} ->
        %{event | msg: {:string, chardata}}

      :skip ->
        :stop

      :none ->
        run(event, kind, data, translators)
    end
  end
end
