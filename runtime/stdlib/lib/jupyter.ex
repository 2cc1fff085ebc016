defmodule Jupyter do
  @moduledoc ~S'''
  What a cell can ask of the notebook that it runs in.

  ## Showing more than text

  A value is shown as text, unless it has other forms. The functions `html/1`, `markdown/1`, `svg/1`, `png/1`, `table/2` and their kin make values
  that have; as a cell's last expression they are its result. `display/2` shows a value at once, from anywhere in a cell, or from any process that
  works for it.

      Jupyter.markdown("**Rye**, 750 g")

      for step <- 1..3, do: Jupyter.display(Jupyter.html("<progress value='#{step}' max='3'></progress>"))

  What is shown under an id can be replaced, also by a later cell:

      Jupyter.display("no bread yet", id: "counter")
      Jupyter.update("counter", "one loaf")

  Own structs get forms by implementing `Jupyter.Render`.

  Outside of a notebook, where there is nothing but text, all of this prints the text form.

  ## Processes

  `process_tree/1` draws a process with all that it is linked to. `settle/1` and `kill_cell/1` are about the processes that a cell started.
  '''

  alias Jupyter.Bundle

  # ## Showing

  @doc """
  Shows a value now, in all its forms.

  With `:id`, a text, the output can be replaced later by `update/2`.

      Jupyter.display(Jupyter.table([%{bread: "rye", grams: 750}]))

  """
  @spec display(term, id: String.t()) :: :ok
  def display(value, options \\ []) when is_list(options) do
    show(:show, value, Keyword.validate!(options, [:id])[:id])
  end

  @doc """
  Shows another value where one is shown with this id.
  """
  @spec update(String.t(), term) :: :ok
  def update(id, value) when is_binary(id), do: show(:update, value, id)

  @doc """
  Shows a value in the client's pager, if it has one, or else as `display/2` does.
  """
  @spec page(term) :: :ok
  def page(value), do: show(:page, value, nil)

  @doc """
  Takes away what the cell has shown so far.

  With `wait: true` it stays until something new comes, so that nothing flickers.

      for count <- 3..1//-1 do
        Jupyter.clear(wait: true)
        IO.puts("\#{count} ...")
        Process.sleep(500)
      end

  """
  @spec clear(wait: boolean) :: :ok
  def clear(options \\ []) when is_list(options) do
    kind = if Keyword.validate!(options, wait: false)[:wait], do: :clear_later, else: :clear
    _ = ask({:jovial_display, kind, [], "", nil})
    :ok
  end

  defp show(kind, value, id) do
    bundle = Bundle.of(value)

    case ask({:jovial_display, kind, Bundle.encoded(bundle), Bundle.encoded_metadata(bundle), id}) do
      :ok -> :ok
      {:error, _} -> IO.puts(bundle.data["text/plain"])
    end
  end

  # Who leads this process knows whether there is a notebook. Whoever else stands in its place, such as one that captures output, gets the text.
  defp ask(request), do: :io.request(Process.group_leader(), request)

  # ## Making

  @doc """
  Makes a value of several forms, by MIME type.

  JSON types take any value that `JSON` can encode, pictures are given in base 64, everything else is text. `metadata` tells more of the forms,
  such as `%{"image/png" => %{"width" => 320}}`.

  ## Examples

      iex> bundle = Jupyter.bundle(%{"text/html" => "<b>rye</b>", "text/plain" => "rye"})
      iex> to_string(bundle)
      "rye"

  """
  @spec bundle(%{String.t() => term}, map) :: Bundle.t()
  def bundle(data, metadata \\ %{}) when is_map(data) and is_map(metadata), do: %Bundle{data: data, metadata: metadata}

  @doc """
  Makes HTML.

  ## Examples

      iex> Jupyter.html("<b>rye</b>")
      #Jupyter.Bundle<text/html>

  """
  @spec html(iodata) :: Bundle.t()
  def html(text), do: written("text/html", text)

  @doc """
  Makes Markdown, with formulas between `$` signs.
  """
  @spec markdown(iodata) :: Bundle.t()
  def markdown(text), do: readable("text/markdown", text)

  @doc """
  Makes a formula in LaTeX.

      Jupyter.latex("$\\\\sum_{k=1}^n k = \\\\frac{n(n+1)}{2}$")

  """
  @spec latex(iodata) :: Bundle.t()
  def latex(text), do: readable("text/latex", text)

  @doc """
  Makes a drawing in SVG.
  """
  @spec svg(iodata) :: Bundle.t()
  def svg(text), do: written("image/svg+xml", text)

  @doc """
  Makes a diagram in the language of Mermaid, which JupyterLab can draw.
  """
  @spec mermaid(iodata) :: Bundle.t()
  def mermaid(text), do: readable("text/vnd.mermaid", text)

  @doc """
  Makes JSON, which JupyterLab shows as a tree to fold and search.

  ## Examples

      iex> Jupyter.json(%{rye: [750, 500]}) |> to_string()
      ~s({"rye":[750,500]})

  """
  @spec json(term) :: Bundle.t()
  def json(value), do: bundle(%{"application/json" => value, "text/plain" => JSON.encode!(value)})

  @doc """
  Makes a chart of a Vega-Lite specification, given as a map.

      Jupyter.vega_lite(%{
        data: %{values: [%{bread: "rye", sold: 12}, %{bread: "spelt", sold: 7}]},
        mark: "bar",
        encoding: %{x: %{field: "bread"}, y: %{field: "sold", type: "quantitative"}}
      })

  """
  @spec vega_lite(map) :: Bundle.t()
  def vega_lite(specification) when is_map(specification) do
    schema = %{"$schema" => "https://vega.github.io/schema/vega-lite/v5.json"}
    bundle(%{"application/vnd.vegalite.v5+json" => Map.merge(schema, specification)})
  end

  @doc """
  Makes a picture of the bytes of a PNG file.

      Jupyter.png(File.read!("loaf.png"))

  """
  @spec png(binary) :: Bundle.t()
  def png(bytes) when is_binary(bytes), do: bundle(%{"image/png" => Base.encode64(bytes)})

  @doc """
  Makes a picture of the bytes of a JPEG file.
  """
  @spec jpeg(binary) :: Bundle.t()
  def jpeg(bytes) when is_binary(bytes), do: bundle(%{"image/jpeg" => Base.encode64(bytes)})

  @doc """
  Makes a picture of the bytes of a GIF file.
  """
  @spec gif(binary) :: Bundle.t()
  def gif(bytes) when is_binary(bytes), do: bundle(%{"image/gif" => Base.encode64(bytes)})

  defp written(mime, text), do: bundle(%{mime => IO.iodata_to_binary(text)})

  # A person can read it as it is.
  defp readable(mime, text) do
    text = IO.iodata_to_binary(text)
    bundle(%{mime => text, "text/plain" => text})
  end

  @doc """
  Makes a table of rows.

  A row is a map, a struct or a keyword list, all of whose keys are columns, or a list or tuple of values. Options:

    * `:columns` - the columns to show, in this order: keys, or names for the values of lists and tuples
    * `:limit` - rows to show, 100 if nothing is said, or `:infinity`

  ## Examples

      iex> Jupyter.table([[bread: "rye", grams: 750], [bread: "roll", grams: 60]]) |> to_string()
      \"""
      bread | grams
      ----- | -----
      rye   |   750
      roll  |    60\\
      \"""

  """
  @spec table(Enumerable.t(), columns: [term], limit: non_neg_integer | :infinity) :: Bundle.t()
  def table(rows, options \\ []), do: Jupyter.Table.bundle(rows, Keyword.validate!(options, columns: nil, limit: 100))

  # ## Processes

  @doc """
  Draws a process, given by its PID or name, with all that it is linked to, and what these are linked to.

  So it shows the tree below a supervisor, or what the cells' own process has started; who started the process itself is left out. Of each process it tells the name, the PID, the module it runs,
  and how many messages wait in its mailbox.

      {:ok, supervisor} = Supervisor.start_link([{Agent, fn -> [] end}], strategy: :one_for_one)
      Jupyter.process_tree(supervisor)

  """
  @spec process_tree(pid | atom) :: Bundle.t()
  def process_tree(process \\ self()) do
    pid = if is_atom(process), do: Process.whereis(process), else: process
    unless is_pid(pid), do: raise(ArgumentError, "no process is registered as #{inspect(process)}")
    Jupyter.ProcessTree.bundle(pid)
  end

  @doc """
  Sets how long a cell waits, after its value is there, for processes that it started to finish what they are doing.

  Until then their output belongs to the cell. `ms` is a number of milliseconds, or `:off` to wait for nothing. Sleeping processes and timers
  are not waited for in any case.

      Jupyter.settle(500)

  """
  @spec settle(non_neg_integer | :off) :: :ok
  def settle(ms) when ms == :off or (is_integer(ms) and ms >= 0), do: :jovial_session.settle(ms)

  @doc """
  Ends all processes that a cell started and that still run. Returns how many there were.

  The cell is given by its execution count.

      Jupyter.kill_cell(12)

  """
  @spec kill_cell(pos_integer) :: non_neg_integer
  def kill_cell(number) when is_integer(number) and number > 0, do: :jovial_session.kill_cell(number)
end
