defmodule ExUnit.CaptureLog do
  @moduledoc """
  Catches what is logged.

      assert capture_log(fn -> Logger.error("out of paper") end) =~ "out of paper"

  What is logged meanwhile is caught, whichever process logs it, and isn't shown on the console. Options are `:level` (the least severe level that
  counts) and `:formatter`, and `:colors`, `:format`, `:metadata` of `Logger.Formatter`.
  """

  @doc """
  Gives what is logged while `function` runs.
  """
  @spec capture_log(keyword, (-> any)) :: String.t()
  def capture_log(options \\ [], function) do
    {_value, log} = with_log(options, function)
    log
  end

  @doc """
  As `capture_log/2`, and gives what the function returns as well.
  """
  @spec with_log(keyword, (-> value)) :: {value, String.t()} when value: any
  def with_log(options \\ [], function) when is_list(options) and is_function(function, 0) do
    {:ok, token} = ExUnit.CaptureServer.log_capture_on(options)

    try do
      value = function.()
      {value, ExUnit.CaptureServer.log_output(token)}
    after
      ExUnit.CaptureServer.log_capture_off(token)
    end
  end
end
