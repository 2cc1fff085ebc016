defmodule Jovial.IOServer do
  @moduledoc false

  # Speaks the I/O protocol for one stream of the host: it is the group leader of a cell or script, and the
  # processes registered as `:user` and `:standard_error`. Text goes out through `:jovial_host.write/2`, which sees
  # whose message this process is handling by its cause tag, so a server started in one cell that prints because of
  # another prints into the other. Reading blocks, so each read has a process of its own; writers go on meanwhile.

  @doc false
  def run(stream) do
    loop(stream, true)
  end

  defp loop(stream, binary?) do
    receive do
      {:io_request, from, reply_as, request} ->
        case request(request, stream, binary?) do
          {:reply, reply, binary?} ->
            send(from, {:io_reply, reply_as, reply})
            loop(stream, binary?)

          {:read, read} ->
            spawn(fn -> send(from, {:io_reply, reply_as, read.()}) end)
            loop(stream, binary?)
        end

      _other ->
        loop(stream, binary?)
    end
  end

  defp request({:put_chars, encoding, chars}, stream, binary?) do
    {:reply, write(stream, encoding, chars), binary?}
  end

  defp request({:put_chars, encoding, module, function, args}, stream, binary?) do
    {:reply, format_and_write(stream, encoding, module, function, args), binary?}
  end

  defp request({:put_chars, chars}, stream, binary?) do
    {:reply, write(stream, :latin1, chars), binary?}
  end

  defp request({:put_chars, module, function, args}, stream, binary?) do
    {:reply, format_and_write(stream, :latin1, module, function, args), binary?}
  end

  defp request({:requests, requests}, stream, binary?) do
    all(requests, stream, binary?, :ok)
  end

  defp request({:setopts, options}, _stream, binary?) do
    {:reply, :ok, binary_option(options, binary?)}
  end

  defp request(:getopts, _stream, binary?) do
    {:reply, [binary: binary?, encoding: :unicode], binary?}
  end

  # Values in other forms than text, by `Jupyter.display/2`.
  defp request({:jovial_display, kind, data, metadata, id}, _stream, binary?) do
    case :jovial_host.display(kind, data, metadata, id) do
      nil ->
        {:reply, {:error, :enotsup}, binary?}

      milliseconds ->
        hold(milliseconds)
        {:reply, :ok, binary?}
    end
  end

  defp request({:get_geometry, :columns}, _stream, binary?), do: {:reply, {:error, :enotsup}, binary?}
  defp request({:get_geometry, :rows}, _stream, binary?), do: {:reply, {:error, :enotsup}, binary?}

  defp request({:get_line, encoding, prompt}, _stream, binary?) do
    {:read, fn -> shape(:jovial_host.read_line(prompt(prompt), false), encoding, binary?) end}
  end

  defp request({:get_line, prompt}, stream, binary?), do: request({:get_line, :latin1, prompt}, stream, binary?)

  defp request({:get_password, encoding}, _stream, binary?) do
    {:read, fn -> shape(:jovial_host.read_line("", true), encoding, binary?) end}
  end

  defp request({:get_chars, encoding, prompt, count}, _stream, binary?) do
    {:read, fn -> shape(:jovial_host.read_chars(prompt(prompt), count), encoding, binary?) end}
  end

  defp request({:get_chars, prompt, count}, stream, binary?) do
    request({:get_chars, :latin1, prompt, count}, stream, binary?)
  end

  defp request({:get_until, encoding, prompt, module, function, args}, _stream, _binary?) do
    {:read, fn -> read_until(encoding, prompt(prompt), module, function, args, []) end}
  end

  defp request({:get_until, prompt, module, function, args}, stream, binary?) do
    request({:get_until, :latin1, prompt, module, function, args}, stream, binary?)
  end

  defp request(_other, _stream, binary?), do: {:reply, {:error, :request}, binary?}

  # Several requests in one stop at the first that fails.
  defp all([], _stream, binary?, reply), do: {:reply, reply, binary?}

  defp all([request | rest], stream, binary?, _reply) do
    case request(request, stream, binary?) do
      {:reply, {:error, _} = error, binary?} -> {:reply, error, binary?}
      {:reply, reply, binary?} -> all(rest, stream, binary?, reply)
      {:read, read} when rest == [] -> {:read, read}
      {:read, _read} -> {:reply, {:error, :enotsup}, binary?}
    end
  end

  defp binary_option([], binary?), do: binary?
  defp binary_option([:binary | rest], _binary?), do: binary_option(rest, true)
  defp binary_option([:list | rest], _binary?), do: binary_option(rest, false)
  defp binary_option([{:binary, value} | rest], _binary?), do: binary_option(rest, value)
  defp binary_option([_other | rest], binary?), do: binary_option(rest, binary?)

  defp format_and_write(stream, encoding, module, function, args) do
    try do
      :erlang.apply(module, function, args)
    catch
      _kind, _reason -> {:error, {:put_chars, module, function}}
    else
      chars -> write(stream, encoding, chars)
    end
  end

  defp write(stream, encoding, chars) do
    case :unicode.characters_to_binary(chars, encoding, :unicode) do
      text when is_binary(text) ->
        hold(:jovial_host.write(stream, text))
        :ok

      _no_text ->
        {:error, {:no_translation, encoding, :unicode}}
    end
  end

  # Who writes faster than clients take gets its answer later.
  defp hold(0), do: :ok

  defp hold(milliseconds) do
    receive do
    after
      milliseconds -> :ok
    end
  end

  defp prompt(prompt) do
    case :unicode.characters_to_binary(if(is_atom(prompt), do: :erlang.atom_to_binary(prompt), else: prompt)) do
      text when is_binary(text) -> text
      _no_text -> ""
    end
  end

  defp shape(text, encoding, true) when is_binary(text) do
    :unicode.characters_to_binary(text, :unicode, encoding)
  end

  defp shape(text, _encoding, false) when is_binary(text), do: :unicode.characters_to_list(text)
  defp shape(other, _encoding, _binary?), do: other

  defp read_until(encoding, prompt, module, function, args, continuation) do
    case :jovial_host.read_line(prompt, false) do
      text when is_binary(text) ->
        until(encoding, prompt, module, function, args, continuation, :unicode.characters_to_list(text))

      :eof ->
        until(encoding, prompt, module, function, args, continuation, :eof)

      error ->
        error
    end
  end

  defp until(encoding, prompt, module, function, args, continuation, input) do
    case :erlang.apply(module, function, [continuation, input | args]) do
      {:done, result, _rest} -> result
      {:more, continuation} -> read_until(encoding, prompt, module, function, args, continuation)
    end
  end
end
