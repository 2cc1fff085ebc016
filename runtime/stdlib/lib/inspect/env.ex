defimpl Inspect, for: Macro.Env do
  # An env is not to be written by hand, so it doesn't look like a struct that could be.

  import Inspect.Algebra

  def inspect(env, opts) do
    fields = env |> Map.from_struct() |> Enum.sort()
    container_doc("#Macro.Env<", fields, ">", opts, &field/2, separator: ",", break: :strict)
  end

  defp field({key, value}, opts), do: concat("#{key}: ", to_doc(value, opts))
end
