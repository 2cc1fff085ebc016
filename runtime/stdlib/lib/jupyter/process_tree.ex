defmodule Jupyter.ProcessTree do
  @moduledoc false

  # A process and all that is linked to it, as text and as a drawing.
  #
  # Links have no direction and may form circles; a walk in breadth makes a tree of them, the nearest first, and what is left over
  # is drawn as a broken line. Nobody is asked by a message, so a process that hangs is shown like any other.

  # More than this nobody reads.
  @processes_max 200

  @key_list [:registered_name, :initial_call, :current_function, :dictionary, :links, :message_queue_len]

  @doc false
  def bundle(root) do
    {known, order, more} = walk(:queue.from_list([{root, nil}]), %{}, [], 0, starter(root))
    if known == %{}, do: raise(ArgumentError, "the process #{inspect(root)} is not alive")
    children = order |> Enum.group_by(&known[&1].parent) |> Map.delete(nil)
    Jupyter.bundle(%{"text/plain" => plain(root, known, children, more), "image/svg+xml" => svg(root, known, children, order, more)})
  end

  # ## Looking

  # Who has started a process: above it, so no part of what is below.
  defp starter(pid) do
    with {:dictionary, dictionary} <- Process.info(pid, :dictionary), [first | _] <- dictionary[:"$ancestors"] do
      if is_atom(first), do: Process.whereis(first), else: first
    else
      _ -> nil
    end
  end

  defp walk(queue, known, order, more, starter) do
    case :queue.out(queue) do
      {:empty, _} ->
        {known, Enum.reverse(order), more}

      {{:value, {pid, _parent}}, queue} when is_map_key(known, pid) or pid == starter ->
        walk(queue, known, order, more, starter)

      {{:value, {pid, parent}}, queue} ->
        case Process.info(pid, @key_list) do
          nil ->
            walk(queue, known, order, more, starter)

          _info when map_size(known) >= @processes_max ->
            walk(queue, known, order, more + 1, starter)

          info ->
            entry = entry(pid, parent, info)
            linked = for link <- entry.links, not is_map_key(known, link), do: {link, pid}
            queue = Enum.reduce(linked, queue, &:queue.in/2)
            walk(queue, Map.put(known, pid, entry), [pid | order], more, starter)
        end
    end
  end

  defp entry(pid, parent, info) do
    call = info[:dictionary][:"$initial_call"] || info[:initial_call]

    %{
      parent: parent,
      links: info[:links] |> Enum.filter(&is_pid/1) |> Enum.sort(),
      name: name(info[:registered_name]) || label(info[:dictionary][:"$process_label"]),
      pid: inspect(pid),
      runs: if(pid == self(), do: "self()", else: runs(call, info)),
      supervisor?: match?({:supervisor, _, _}, call),
      waiting: info[:message_queue_len]
    }
  end

  defp name(name) when name in [nil, []], do: nil
  defp name(name), do: inspect(name)

  defp label(nil), do: nil
  defp label(label), do: inspect(label)

  # The module says most. Agents and tasks call themselves by the function that they were given; what the compiler named says nothing.
  defp runs({:supervisor, Supervisor.Default, _}, _info), do: "Supervisor"
  defp runs({:supervisor, module, _}, _info), do: inspect(module)
  defp runs({module, :init, _}, _info), do: inspect(module)

  defp runs({module, name, arity}, info) do
    cond do
      match?({:gen_server, _, _}, info[:current_function]) -> "Agent"
      List.keymember?(info[:dictionary], :"$callers", 0) -> "Task"
      module in [:erlang, :proc_lib] -> "function"
      not String.starts_with?(Atom.to_string(name), "-") -> "#{inspect(module)}.#{Macro.inspect_atom(:remote_call, name)}/#{arity}"
      String.starts_with?(Atom.to_string(module), "Elixir.") -> inspect(module)
      true -> "function"
    end
  end

  defp runs(_unknown, _info), do: "function"

  defp waiting(0), do: nil
  defp waiting(1), do: "1 message waits"
  defp waiting(count), do: "#{count} messages wait"

  # ## Text

  defp plain(root, known, children, more) do
    lines = [title(known[root]) | branches(Map.get(children, root, []), "", known, children)]
    Enum.join(if(more > 0, do: lines ++ [more(more)], else: lines), "\n")
  end

  defp branches([], _indent, _known, _children), do: []

  defp branches([pid | rest], indent, known, children) do
    {branch, below} = if rest == [], do: {"└── ", "    "}, else: {"├── ", "│   "}
    own = branches(Map.get(children, pid, []), indent <> below, known, children)
    [indent <> branch <> title(known[pid]) | own] ++ branches(rest, indent, known, children)
  end

  defp title(entry) do
    mailbox = if text = waiting(entry.waiting), do: "(#{text})"
    Enum.join(Enum.reject([entry.name, entry.pid, entry.runs, mailbox], &is_nil/1), " ")
  end

  defp more(count), do: "… and #{count} more"

  # ## Drawing

  @height 42
  @gap 12
  @between 56
  @margin 8

  defp svg(root, known, children, order, more) do
    {rows, next} = place(root, children, %{}, 0)
    depths = Enum.reduce(order, %{}, fn pid, depths -> Map.put(depths, pid, depth(known[pid].parent, depths)) end)
    widths = Map.new(order, fn pid -> {pid, width(known[pid])} end)
    columns = columns(order, depths, widths)
    boxes = Map.new(order, fn pid -> {pid, {elem(columns[depths[pid]], 0), @margin + rows[pid] * (@height + @gap), widths[pid]}} end)

    total_width = (columns |> Map.values() |> Enum.map(fn {x, width} -> x + width end) |> Enum.max()) + @margin
    total_height = 2 * @margin + next * (@height + @gap) - @gap + if(more > 0, do: 20, else: 0)

    IO.iodata_to_binary([
      ~s(<svg xmlns="http://www.w3.org/2000/svg" width="#{total_width}" height="#{round(total_height)}" ),
      ~s(viewBox="0 0 #{total_width} #{round(total_height)}" font-family="monospace" font-size="12">\n),
      for(pid <- order, parent = known[pid].parent, do: edge(boxes[parent], boxes[pid], "")),
      for({one, other} <- crossing(order, known), do: edge(boxes[one], boxes[other], ~s( stroke-dasharray="4 3"))),
      for(pid <- order, do: box(known[pid], boxes[pid])),
      if(more > 0, do: ~s(<text x="#{@margin}" y="#{round(total_height) - @margin}" fill="#777">#{more(more)}</text>\n), else: []),
      "</svg>"
    ])
  end

  # A leaf has a row of its own, all others stand in the middle of their children.
  defp place(pid, children, rows, next) do
    case Map.get(children, pid, []) do
      [] ->
        {Map.put(rows, pid, next), next + 1}

      below ->
        {rows, next} = Enum.reduce(below, {rows, next}, fn child, {rows, next} -> place(child, children, rows, next) end)
        {Map.put(rows, pid, (rows[hd(below)] + rows[List.last(below)]) / 2), next}
    end
  end

  defp depth(nil, _depths), do: 0
  defp depth(parent, depths), do: depths[parent] + 1

  # Where a column begins and how wide it is.
  defp columns(order, depths, widths) do
    order
    |> Enum.group_by(&depths[&1], &widths[&1])
    |> Enum.sort()
    |> Enum.map_reduce(@margin, fn {depth, widths}, x -> {{depth, {x, Enum.max(widths)}}, x + Enum.max(widths) + @between} end)
    |> elem(0)
    |> Map.new()
  end

  defp width(entry), do: 20 + round(7.3 * max(String.length(heading(entry)), String.length(detail(entry))))

  defp heading(entry), do: entry.name || entry.pid

  defp detail(entry) do
    [entry.name && entry.pid, entry.runs, waiting(entry.waiting)] |> Enum.filter(& &1) |> Enum.join(" ")
  end

  # Links that are no branches of the tree.
  defp crossing(order, known) do
    for one <- order,
        other <- known[one].links,
        one < other,
        is_map_key(known, other),
        known[one].parent != other,
        known[other].parent != one,
        do: {one, other}
  end

  defp edge({x1, y1, width}, {x2, y2, _}, style) do
    {from, to} = {y1 + @height / 2, y2 + @height / 2}
    start = if x2 > x1, do: x1 + width, else: x1
    middle = if x2 > x1, do: (start + x2) / 2, else: start - @between / 2
    ~s(<path d="M#{start} #{from} C#{middle} #{from} #{middle} #{to} #{x2} #{to}" fill="none" stroke="#999"#{style}/>\n)
  end

  defp box(entry, {x, y, width}) do
    {fill, stroke} =
      cond do
        entry.runs == "self()" -> {"#fff3d6", "#d29b3a"}
        entry.supervisor? -> {"#e6eefb", "#5b84c4"}
        true -> {"#f6f6f6", "#8a8a8a"}
      end

    escape = &Jupyter.Table.escape/1

    [
      ~s(<rect x="#{x}" y="#{y}" width="#{width}" height="#{@height}" rx="7" fill="#{fill}" stroke="#{stroke}"/>),
      ~s(<text x="#{x + 10}" y="#{y + 17}" font-weight="bold" fill="#222">#{escape.(heading(entry))}</text>),
      ~s(<text x="#{x + 10}" y="#{y + 33}" fill="#555">#{escape.(detail(entry))}</text>\n)
    ]
  end
end
