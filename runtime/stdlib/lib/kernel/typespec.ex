defmodule Kernel.Typespec do
  @moduledoc false

  # Typespecs are kept with their module and do nothing else: `@type` and its kin run to a call of `deftypespec/6`,
  # which stores the quoted specification under the attribute's own name.

  def deftypespec(kind, expr, line, _file, module, _position) do
    :jovial_module.put(module, kind, {expr, line}, nil)
    :ok
  end

  def defines_type?(module, {name, arity}) do
    kinds = [:type, :opaque, :typep]

    :lists.any(
      fn kind ->
        case :jovial_module.get(module, kind) do
          {:ok, types} when is_list(types) -> :lists.any(&type?(&1, name, arity), types)
          _ -> false
        end
      end,
      kinds
    )
  end

  defp type?({{:"::", _, [{name, _, args}, _]}, _line}, name, arity) when is_list(args), do: length(args) == arity
  defp type?({{:"::", _, [{name, _, context}, _]}, _line}, name, 0) when is_atom(context), do: true
  defp type?(_other, _name, _arity), do: false
end
