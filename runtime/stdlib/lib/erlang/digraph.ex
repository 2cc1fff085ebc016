defmodule :digraph do
  @moduledoc """
  Directed graphs that are changed in place.

  A graph lives in tables of the process that made it. Vertices and edges are any terms with labels; edges have names of their own unless one is given.

      iex> graph = :digraph.new()
      iex> :digraph.add_vertex(graph, :a)
      :a
      iex> :digraph.add_vertex(graph, :b, "label")
      :b
      iex> [:"$e" | _] = :digraph.add_edge(graph, :a, :b)
      iex> :digraph.out_neighbours(graph, :a)
      [:b]
      iex> :digraph.get_path(graph, :b, :a)
      false

  With `:acyclic` edges that would close a circle are refused.
  """

  # `vertices` holds `{vertex, label}` and the counters, `edges` holds `{edge, from, to, label}`, and `neighbours` is a bag of `{{:out | :in, vertex}, edge}`, where
  # the edge that was added last comes first in what is asked for.

  @doc "An empty graph."
  def new, do: new([])

  @doc "An empty graph: `:cyclic` or `:acyclic`, `:private` or `:protected`."
  def new(options) when is_list(options) do
    case options -- [:cyclic, :acyclic, :private, :protected] do
      [] -> :ok
      _ -> :erlang.error(:badarg)
    end

    access = if :private in options, do: :private, else: :protected
    vertices = :ets.new(:vertices, [:set, access])
    edges = :ets.new(:edges, [:set, access])
    neighbours = :ets.new(:neighbours, [:bag, access])
    :ets.insert(neighbours, [{:"$eid", 0}, {:"$vid", 0}])
    {:digraph, vertices, edges, neighbours, :acyclic not in options}
  end

  @doc "Deletes a graph."
  def delete({:digraph, vertices, edges, neighbours, _}) do
    :ets.delete(vertices)
    :ets.delete(edges)
    :ets.delete(neighbours)
  end

  @doc "What a graph is like."
  def info({:digraph, vertices, edges, neighbours, cyclic?}) do
    words = Enum.sum(for table <- [vertices, edges, neighbours], do: :ets.info(table, :memory))
    [cyclicity: if(cyclic?, do: :cyclic, else: :acyclic), memory: words, protection: :ets.info(vertices, :protection)]
  end

  @doc "Adds a vertex with a name of its own."
  def add_vertex(graph), do: add_vertex(graph, [:"$v" | next(graph, :"$vid")])

  @doc "Adds a vertex."
  def add_vertex(graph, vertex), do: add_vertex(graph, vertex, [])

  @doc "Adds a vertex with a label, or changes its label."
  def add_vertex({:digraph, vertices, _, _, _}, vertex, label) do
    :ets.insert(vertices, {vertex, label})
    vertex
  end

  defp next({:digraph, _, _, neighbours, _}, counter) do
    [{_, number}] = :ets.lookup(neighbours, counter)
    :ets.delete(neighbours, counter)
    :ets.insert(neighbours, {counter, number + 1})
    number
  end

  @doc "A vertex with its label, or `false`."
  def vertex({:digraph, vertices, _, _, _}, vertex) do
    case :ets.lookup(vertices, vertex) do
      [found] -> found
      [] -> false
    end
  end

  @doc "All vertices."
  def vertices({:digraph, vertices, _, _, _}), do: for({vertex, _} <- :ets.tab2list(vertices), do: vertex)

  @doc "How many vertices there are."
  def no_vertices({:digraph, vertices, _, _, _}), do: :ets.info(vertices, :size)

  @doc "Vertices without edges that come in."
  def source_vertices(graph), do: for(vertex <- vertices(graph), in_degree(graph, vertex) == 0, do: vertex)

  @doc "Vertices without edges that go out."
  def sink_vertices(graph), do: for(vertex <- vertices(graph), out_degree(graph, vertex) == 0, do: vertex)

  @doc "Deletes a vertex with its edges."
  def del_vertex({:digraph, vertices, _, _, _} = graph, vertex) do
    for edge <- edges(graph, vertex), do: del_edge(graph, edge)
    :ets.delete(vertices, vertex)
  end

  @doc "Deletes several vertices."
  def del_vertices(graph, vertices) do
    for vertex <- vertices, do: del_vertex(graph, vertex)
    true
  end

  @doc "Adds an edge with a name of its own."
  def add_edge(graph, from, to), do: add_edge(graph, from, to, [])

  @doc "Adds an edge with a label."
  def add_edge(graph, from, to, label), do: add_edge(graph, [:"$e" | next(graph, :"$eid")], from, to, label)

  @doc "Adds an edge, or changes the label of one."
  def add_edge({:digraph, vertices, edges, neighbours, cyclic?} = graph, edge, from, to, label) do
    cond do
      not :ets.member(vertices, from) ->
        {:error, {:bad_vertex, from}}

      not :ets.member(vertices, to) ->
        {:error, {:bad_vertex, to}}

      moved?(edges, edge, from, to) ->
        {:error, {:bad_edge, [from, to]}}

      not cyclic? and closing(graph, from, to) != false ->
        {:error, {:bad_edge, closing(graph, from, to)}}

      true ->
        :ets.insert(neighbours, [{{:out, from}, edge}, {{:in, to}, edge}])
        :ets.insert(edges, {edge, from, to, label})
        edge
    end
  end

  defp moved?(edges, edge, from, to) do
    case :ets.lookup(edges, edge) do
      [{_, ^from, ^to, _}] -> false
      [] -> false
      _ -> true
    end
  end

  # The circle that an edge would close.
  defp closing(_, vertex, vertex), do: [vertex, vertex]
  defp closing(graph, from, to), do: get_path(graph, to, from)

  @doc "An edge with its vertices and its label, or `false`."
  def edge({:digraph, _, edges, _, _}, edge) do
    case :ets.lookup(edges, edge) do
      [found] -> found
      [] -> false
    end
  end

  @doc "All edges."
  def edges({:digraph, _, edges, _, _}), do: for({edge, _, _, _} <- :ets.tab2list(edges), do: edge)

  @doc "The edges at a vertex."
  def edges(graph, vertex), do: Enum.uniq(out_edges(graph, vertex) ++ in_edges(graph, vertex))

  @doc "How many edges there are."
  def no_edges({:digraph, _, edges, _, _}), do: :ets.info(edges, :size)

  @doc "The edges that go out of a vertex."
  def out_edges({:digraph, _, _, neighbours, _}, vertex), do: at(neighbours, {:out, vertex})

  @doc "The edges that come in at a vertex."
  def in_edges({:digraph, _, _, neighbours, _}, vertex), do: at(neighbours, {:in, vertex})

  defp at(neighbours, key), do: for({_, edge} <- :ets.lookup(neighbours, key), do: edge)

  @doc "How many edges go out of a vertex."
  def out_degree(graph, vertex), do: length(out_edges(graph, vertex))

  @doc "How many edges come in at a vertex."
  def in_degree(graph, vertex), do: length(in_edges(graph, vertex))

  @doc "The vertices that edges of a vertex lead to."
  def out_neighbours(graph, vertex) do
    for edge <- :lists.reverse(out_edges(graph, vertex)), {_, _, to, _} <- [edge(graph, edge)], do: to
  end

  @doc "The vertices that edges to a vertex come from."
  def in_neighbours(graph, vertex) do
    for edge <- :lists.reverse(in_edges(graph, vertex)), {_, from, _, _} <- [edge(graph, edge)], do: from
  end

  @doc "Deletes an edge."
  def del_edge({:digraph, _, edges, neighbours, _}, edge) do
    case :ets.lookup(edges, edge) do
      [{_, from, to, _}] ->
        :ets.delete_object(neighbours, {{:out, from}, edge})
        :ets.delete_object(neighbours, {{:in, to}, edge})
        :ets.delete(edges, edge)

      [] ->
        true
    end
  end

  @doc "Deletes several edges."
  def del_edges(graph, edges) do
    for edge <- edges, do: del_edge(graph, edge)
    true
  end

  @doc "Deletes edges until no path leads from one vertex to another."
  def del_path(graph, from, to) do
    case get_path(graph, from, to) do
      false ->
        true

      path ->
        for {from, next} <- Enum.zip(path, tl(path)),
            edge <- out_edges(graph, from),
            match?({_, _, ^next, _}, edge(graph, edge)),
            do: del_edge(graph, edge)

        del_path(graph, from, to)
    end
  end

  # ## Paths

  @doc "A path of at least one edge as a list of vertices, or `false`."
  def get_path(graph, from, to), do: search(graph, from, to, :deep)

  @doc "A shortest path of at least one edge, or `false`."
  def get_short_path(graph, from, to), do: search(graph, from, to, :wide)

  @doc "A simple circle through a vertex; of one vertex alone if it has an edge to itself."
  def get_cycle(graph, vertex) do
    case search(graph, vertex, vertex, :deep) do
      [^vertex, ^vertex] -> [vertex]
      path -> path
    end
  end

  @doc "A shortest circle through a vertex."
  def get_short_cycle(graph, vertex), do: get_short_path(graph, vertex, vertex)

  # Goes from vertex to vertex with the paths that led there, backwards; the newest first, or the oldest.
  defp search(graph, from, to, way), do: step(graph, to, way, ahead(graph, [from]), [], %{})

  defp ahead(graph, [vertex | _] = path), do: for(next <- out_neighbours(graph, vertex), do: [next | path])

  defp step(_, _, _, [], [], _), do: false
  defp step(graph, to, way, [], later, seen), do: step(graph, to, way, :lists.reverse(later), [], seen)

  defp step(graph, to, way, [[vertex | _] = path | rest], later, seen) do
    cond do
      vertex == to -> :lists.reverse(path)
      is_map_key(seen, vertex) -> step(graph, to, way, rest, later, seen)
      way == :deep -> step(graph, to, way, ahead(graph, path) ++ rest, later, Map.put(seen, vertex, true))
      true -> step(graph, to, way, rest, :lists.reverse(ahead(graph, path), later), Map.put(seen, vertex, true))
    end
  end
end

defmodule :digraph_utils do
  @moduledoc """
  Questions about whole directed graphs.

      iex> graph = :digraph.new()
      iex> for v <- [:a, :b, :c], do: :digraph.add_vertex(graph, v)
      iex> :digraph.add_edge(graph, :a, :b)
      iex> :digraph.add_edge(graph, :b, :c)
      iex> :digraph_utils.topsort(graph)
      [:a, :b, :c]
      iex> :digraph_utils.is_acyclic(graph)
      true

  """

  @doc "The vertices in an order in which edges lead forward, or `false` if there is none."
  def topsort(graph) do
    order = postorder(graph) |> :lists.reverse()

    if is_acyclic(graph), do: order, else: false
  end

  @doc "Whether there is no circle."
  def is_acyclic(graph), do: loop_vertices(graph) == [] and Enum.all?(strong_components(graph), &match?([_], &1))

  @doc "Vertices that have an edge to themselves."
  def loop_vertices(graph), do: for(vertex <- :digraph.vertices(graph), vertex in :digraph.out_neighbours(graph, vertex), do: vertex)

  @doc "All vertices in the order in which a depth-first search comes to them."
  def preorder(graph) do
    {_, order} = Enum.reduce(roots(graph), {%{}, []}, fn root, {seen, order} -> visit([root], graph, seen, order) end)
    :lists.reverse(order)
  end

  defp visit([], _, seen, order), do: {seen, order}

  defp visit([vertex | rest], graph, seen, order) do
    if is_map_key(seen, vertex) do
      visit(rest, graph, seen, order)
    else
      visit(:digraph.out_neighbours(graph, vertex) ++ rest, graph, Map.put(seen, vertex, true), [vertex | order])
    end
  end

  @doc "All vertices in the order in which a depth-first search leaves them."
  def postorder(graph) do
    {_, order} = forest_order(:digraph.vertices(graph), &:digraph.out_neighbours(graph, &1), roots(graph))
    :lists.reverse(order)
  end

  # Those without edges that come in, then all others.
  defp roots(graph) do
    vertices = :digraph.vertices(graph)
    {sources, others} = Enum.split_with(vertices, &(:digraph.in_degree(graph, &1) == 0))
    sources ++ others
  end

  # Vertices as a depth-first search leaves them, the last one first.
  defp forest_order(_, neighbours, roots) do
    Enum.reduce(roots, {%{}, []}, fn root, {seen, order} -> leave([{:visit, root}], neighbours, seen, order) end)
  end

  defp leave([], _, seen, order), do: {seen, order}
  defp leave([{:left, vertex} | rest], neighbours, seen, order), do: leave(rest, neighbours, seen, [vertex | order])

  defp leave([{:visit, vertex} | rest], neighbours, seen, order) do
    if is_map_key(seen, vertex) do
      leave(rest, neighbours, seen, order)
    else
      inner = for next <- neighbours.(vertex), do: {:visit, next}
      leave(inner ++ [{:left, vertex} | rest], neighbours, Map.put(seen, vertex, true), order)
    end
  end

  @doc "The groups of vertices that hang together, whichever way edges lead."
  def components(graph) do
    both = fn vertex -> :digraph.out_neighbours(graph, vertex) ++ :digraph.in_neighbours(graph, vertex) end
    groups(:digraph.vertices(graph), both)
  end

  @doc "The groups of vertices in which each can be reached from each."
  def strong_components(graph) do
    {_, order} = forest_order([], &:digraph.out_neighbours(graph, &1), :digraph.vertices(graph))
    groups(order, &:digraph.in_neighbours(graph, &1))
  end

  @doc "Strong components with at least one edge inside."
  def cyclic_strong_components(graph) do
    loops = loop_vertices(graph)

    Enum.filter(strong_components(graph), fn
      [vertex] -> vertex in loops
      _ -> true
    end)
  end

  defp groups(vertices, neighbours) do
    {_, groups} =
      Enum.reduce(vertices, {%{}, []}, fn vertex, {seen, groups} ->
        case leave([{:visit, vertex}], neighbours, seen, []) do
          {seen, []} -> {seen, groups}
          {seen, group} -> {seen, [group | groups]}
        end
      end)

    groups
  end

  @doc """
  A new graph of the strong components: its vertices are the lists that `strong_components/1` gives, and there is an edge from one to another
  if there is at least one from a vertex of the first to a vertex of the second.

      iex> graph = :digraph.new()
      iex> for place <- [:cellar, :kitchen, :garden], do: :digraph.add_vertex(graph, place)
      iex> for {from, to} <- [cellar: :kitchen, kitchen: :cellar, kitchen: :garden], do: :digraph.add_edge(graph, from, to)
      iex> condensed = :digraph_utils.condensation(graph)
      iex> [edge] = :digraph.edges(condensed)
      iex> {_, from, to, _} = :digraph.edge(condensed, edge)
      iex> {Enum.sort(from), to}
      {[:cellar, :kitchen], [:garden]}

  """
  def condensation(graph) do
    [cyclicity: cyclicity, memory: _, protection: protection] = :digraph.info(graph)
    condensed = :digraph.new([cyclicity, protection])
    components = strong_components(graph)
    for component <- components, do: :digraph.add_vertex(condensed, component)
    home = for component <- components, vertex <- component, into: %{}, do: {vertex, component}

    for component <- components do
      component
      |> Enum.flat_map(&:digraph.out_neighbours(graph, &1))
      |> Enum.map(&Map.fetch!(home, &1))
      |> Enum.uniq()
      |> Enum.each(&if &1 != component, do: :digraph.add_edge(condensed, component, &1))
    end

    condensed
  end

  @doc "The vertices that can be reached from some, with those."
  def reachable(vertices, graph), do: reach(vertices, &:digraph.out_neighbours(graph, &1))

  @doc "The vertices from which some can be reached, with those."
  def reaching(vertices, graph), do: reach(vertices, &:digraph.in_neighbours(graph, &1))

  @doc "The vertices that can be reached from some by at least one edge."
  def reachable_neighbours(vertices, graph) do
    vertices |> Enum.flat_map(&:digraph.out_neighbours(graph, &1)) |> reach(&:digraph.out_neighbours(graph, &1))
  end

  @doc "The vertices from which some can be reached by at least one edge."
  def reaching_neighbours(vertices, graph) do
    vertices |> Enum.flat_map(&:digraph.in_neighbours(graph, &1)) |> reach(&:digraph.in_neighbours(graph, &1))
  end

  defp reach(vertices, neighbours) do
    {_, found} = Enum.reduce(vertices, {%{}, []}, fn vertex, {seen, found} -> leave([{:visit, vertex}], neighbours, seen, found) end)
    found
  end

  @doc "Whether a graph is a tree, edges taken both ways."
  def is_tree(graph), do: :digraph.no_edges(graph) == :digraph.no_vertices(graph) - 1 and match?([_], components(graph))

  @doc "Whether there is a root from which each vertex is reached in one way."
  def is_arborescence(graph), do: arborescence_root(graph) != :no

  @doc "`{:yes, root}` or `:no`."
  def arborescence_root(graph) do
    case :digraph.source_vertices(graph) do
      [root] -> if :digraph.no_edges(graph) == :digraph.no_vertices(graph) - 1 and is_tree(graph), do: {:yes, root}, else: :no
      _ -> :no
    end
  end

  @doc "The graph of some vertices and the edges between them."
  def subgraph(graph, vertices), do: subgraph(graph, vertices, [])

  @doc "As `subgraph/2`; `keep_labels: false` leaves labels out."
  def subgraph({:digraph, _, _, _, cyclic?} = graph, vertices, options) do
    keep? = Keyword.get(options, :keep_labels, true)
    sub = :digraph.new(if cyclic?, do: [], else: [:acyclic])

    for vertex <- vertices, {_, label} <- [:digraph.vertex(graph, vertex)] do
      :digraph.add_vertex(sub, vertex, if(keep?, do: label, else: []))
    end

    for vertex <- vertices, edge <- :digraph.out_edges(graph, vertex), {_, from, to, label} <- [:digraph.edge(graph, edge)], to in vertices do
      :digraph.add_edge(sub, edge, from, to, if(keep?, do: label, else: []))
    end

    sub
  end
end
