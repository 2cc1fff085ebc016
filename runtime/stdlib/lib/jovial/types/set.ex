defmodule Jovial.Types.Set do
  @moduledoc false

  # What values an expression may have, as far as the checker sees.
  #
  # A type is `{:static, set}` or `{:dynamic, set}`: of a dynamic one it is only known that the value lies in the set if all goes
  # well. A set is `:term`, which is everything, or a list of members without order:
  #
  #   * a kind: `:integer`, `:float`, `:binary`, `:atom`, `:tuple`, `:pid`, `:port`, `:reference`, `:fun`, `:empty_list`
  #   * `{:atom, name}`
  #   * `{:tuple, sets}`, one set for each element
  #   * `{:list, elements, last}`, a list that is not empty
  #   * `{:map, :open | :closed, fields}`: a closed one has these keys and no other. Only atoms are known as keys.
  #
  # Two sets are only called disjoint if no value can be in both, so what is not understood never makes a remark.

  # More members, and deeper ones, are of no help to a reader.
  @members 24
  @depth 6

  def dynamic, do: {:dynamic, :term}
  def static(set), do: {:static, set}

  def dynamic?({kind, _set}), do: kind == :dynamic

  # A value made of these: dynamic as soon as one of them is.
  def made(types, set), do: {if(Enum.any?(types, &dynamic?/1), do: :dynamic, else: :static), cap(set, @depth)}

  # One of several values: which one is only known when the code runs.
  def union([]), do: dynamic()

  def union([first | rest] = types) do
    {kind, set} = made(types, types |> Enum.map(&elem(&1, 1)) |> join())
    {if(Enum.all?(rest, &(&1 == first)), do: kind, else: :dynamic), set}
  end

  def join(sets) do
    if :term in sets do
      :term
    else
      members = sets |> Enum.concat() |> Enum.uniq()
      if length(members) > @members, do: :term, else: members
    end
  end

  defp cap(:term, _depth), do: :term
  defp cap(_set, 0), do: :term
  defp cap(set, depth), do: Enum.map(set, &cap_member(&1, depth - 1))

  defp cap_member({:tuple, sets}, depth), do: {:tuple, Enum.map(sets, &cap(&1, depth))}
  defp cap_member({:list, set, last}, depth), do: {:list, cap(set, depth), cap(last, depth)}
  defp cap_member({:map, kind, fields}, depth), do: {:map, kind, for({key, set} <- fields, do: {key, cap(set, depth)})}
  defp cap_member(member, _depth), do: member

  # Is there no value in both?
  def disjoint?(:term, _), do: false
  def disjoint?(_, :term), do: false
  def disjoint?(left, right), do: Enum.all?(left, fn one -> Enum.all?(right, &apart?(one, &1)) end)

  defp apart?({:atom, one}, {:atom, other}), do: one != other
  defp apart?({:atom, _}, :atom), do: false
  defp apart?(:atom, {:atom, _}), do: false
  defp apart?({:tuple, _}, :tuple), do: false
  defp apart?(:tuple, {:tuple, _}), do: false

  defp apart?({:tuple, one}, {:tuple, other}),
    do: length(one) != length(other) or one |> Enum.zip(other) |> Enum.any?(fn {a, b} -> disjoint?(a, b) end)

  defp apart?({:list, _, _}, {:list, _, _}), do: false

  defp apart?({:map, _, _} = one, {:map, _, _} = other) do
    missing?(one, other) or missing?(other, one) or
      Enum.any?(elem(one, 2), fn {key, set} ->
        case List.keyfind(elem(other, 2), key, 0) do
          {_, other_set} -> disjoint?(set, other_set)
          nil -> false
        end
      end)
  end

  defp apart?(one, other), do: one != other

  # A closed map has none of the keys that it does not name.
  defp missing?({:map, :closed, fields}, {:map, _, wanted}), do: Enum.any?(wanted, fn {key, _} -> not List.keymember?(fields, key, 0) end)
  defp missing?({:map, :open, _}, _), do: false

  # What is in both, where that is easy to tell; else the second, which comes from a pattern.
  def meet(set, :term), do: set
  def meet(:term, set), do: set

  def meet(set, other) do
    case Enum.reject(set, fn one -> Enum.all?(other, &apart?(one, &1)) end) do
      [] -> other
      [_ | _] = left -> if Enum.any?(other, &is_tuple/1), do: finer(left, other), else: left
    end
  end

  # Maps and tuples of a pattern say more than the kind they are of.
  defp finer([{:map, :closed, _}] = left, [{:map, _, _}]), do: left
  defp finer([{:tuple, one}], [{:tuple, other}]), do: [{:tuple, one |> Enum.zip(other) |> Enum.map(fn {a, b} -> meet(a, b) end)}]
  defp finer([{:map, kind, one}], [{:map, :open, other}]), do: [{:map, kind, Keyword.merge(one, other)}]
  defp finer(_left, other), do: other

  def struct?(:term), do: false
  def struct?([]), do: false
  def struct?(set), do: Enum.all?(set, &match?({:map, _, [_ | _]}, &1)) and Enum.all?(set, fn {_, _, fields} -> List.keymember?(fields, :__struct__, 0) end)

  def number?(:term), do: false
  def number?(set), do: set != [] and Enum.all?(set, &(&1 in [:integer, :float]))

  # The sets behind a key: `:open` if there may be something, `:none` if there can't be, `:no_map` of what is none.
  def field(:term, _key), do: :open

  def field(set, key) do
    case for {:map, kind, fields} <- set, do: {kind, List.keyfind(fields, key, 0)} do
      [] ->
        if set == [], do: :open, else: :no_map

      maps ->
        found = for {_, {_, set}} <- maps, do: set

        cond do
          found != [] -> {:ok, join(found)}
          Enum.any?(maps, &(elem(&1, 0) == :open)) -> :open
          true -> :none
        end
    end
  end

  # ## Text

  # With `brief`, fields of structs that may be anything are left out.
  def text(type, brief \\ false)
  def text({:dynamic, :term}, _brief), do: "dynamic()"
  def text({:dynamic, set}, brief), do: "dynamic(" <> set_text(set, brief) <> ")"
  def text({:static, set}, brief), do: set_text(set, brief)

  def set_text(:term, _brief), do: "term()"
  def set_text([], _brief), do: "none()"

  def set_text(set, brief) do
    {set, booleans} =
      if {:atom, true} in set and {:atom, false} in set, do: {set -- [{:atom, true}, {:atom, false}], ["boolean()"]}, else: {set, []}

    {set, lists} =
      case Enum.find(set, &match?({:list, _, [:empty_list]}, &1)) do
        {:list, elements, _} = list ->
          if :empty_list in set, do: {set -- [list, :empty_list], ["list(#{set_text(elements, brief)})"]}, else: {set, []}

        nil ->
          {set, []}
      end

    (booleans ++ lists ++ Enum.map(set, &member_text(&1, brief))) |> Enum.sort() |> Enum.join(" or ")
  end

  defp member_text({:atom, name}, _brief), do: inspect(name)
  defp member_text(:tuple, _brief), do: "{...}"
  defp member_text(kind, _brief) when is_atom(kind), do: "#{kind}()"
  defp member_text({:tuple, sets}, brief), do: "{" <> Enum.map_join(sets, ", ", &set_text(&1, brief)) <> "}"
  defp member_text({:list, set, [:empty_list]}, brief), do: "non_empty_list(" <> set_text(set, brief) <> ")"
  defp member_text({:list, set, last}, brief), do: "non_empty_list(#{set_text(set, brief)}, #{set_text(last, brief)})"
  defp member_text({:map, :closed, []}, _brief), do: "empty_map()"

  defp member_text({:map, kind, fields}, brief) do
    case List.keytake(fields, :__struct__, 0) do
      {{_, [{:atom, module}]}, fields} ->
        fields = if brief, do: Enum.reject(fields, &match?({_, :term}, &1)), else: fields
        "%" <> inspect(module) <> "{" <> fields_text(fields, brief) <> "}"

      _ ->
        open = if kind == :open, do: ["..."], else: []
        "%{" <> Enum.join(open ++ if(fields == [], do: [], else: [fields_text(fields, brief)]), ", ") <> "}"
    end
  end

  defp fields_text(fields, brief) do
    fields |> Enum.sort() |> Enum.map_join(", ", fn {key, set} -> Macro.inspect_atom(:key, key) <> " " <> set_text(set, brief) end)
  end
end
