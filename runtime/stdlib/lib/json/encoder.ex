defprotocol JSON.Encoder do
  @moduledoc """
  How a value is written as JSON.

  Structs have no text of their own accord. They get one by deriving, which names the fields that may be seen:

      defmodule Person do
        @derive {JSON.Encoder, only: [:name]}
        defstruct [:name, :password]
      end

  With `except:` all other fields are shown, and without options all. An own implementation gives iodata, and calls the encoder for what is inside:

      defimpl JSON.Encoder, for: Money do
        def encode(money, encoder), do: encoder.(%{amount: money.cents / 100}, encoder)
      end

  """

  @undefined_impl_description """
                              the protocol must be explicitly implemented.

                              If you have a struct, you can derive the implementation specifying which fields should be encoded to JSON:

                                  @derive {JSON.Encoder, only: [....]}
                                  defstruct ...

                              It is also possible to encode all fields, although this should be used carefully to avoid accidentally leaking private \
                              information when new fields are added:

                                  @derive JSON.Encoder
                                  defstruct ...

                              Finally, if you don't own the struct you want to encode to JSON, you may use Protocol.derive/3 placed outside of any module:

                                  Protocol.derive(JSON.Encoder, NameOfTheStruct, only: [...])
                                  Protocol.derive(JSON.Encoder, NameOfTheStruct)\
                              """

  @doc false
  defmacro __deriving__(module, options) do
    fields = for %{field: field} <- Macro.struct_info!(module, __CALLER__), do: field
    fields = JSON.Encoder.Fields.chosen(fields, options)
    bindings = for field <- fields, do: {field, Macro.var(field, __MODULE__)}
    encoder = Macro.var(:encoder, __MODULE__)

    quote do
      defimpl JSON.Encoder, for: unquote(module) do
        def encode(%{unquote_splicing(bindings)}, unquote(encoder)) do
          _ = unquote(encoder)
          unquote(JSON.Encoder.Fields.text(bindings, encoder))
        end
      end
    end
  end

  @doc """
  Gives the text of a value, as iodata.

  The second argument is the function that writes what is inside: it gets a value and itself.
  """
  def encode(term, encoder)
end

defmodule JSON.Encoder.Fields do
  @moduledoc false
  # What deriving does with the fields of a struct.

  def chosen(fields, options) do
    shown = fields -- [:__struct__, :__exception__]

    cond do
      only = options[:only] -> known!(only, fields, :only)
      except = options[:except] -> shown -- known!(except, fields, :except)
      true -> shown
    end
  end

  defp known!(names, fields, option) do
    case names -- fields do
      [] ->
        names

      unknown ->
        raise ArgumentError,
              "unknown struct fields #{inspect(unknown)} specified in #{inspect(option)}. Expected one of: #{inspect(fields -- [:__struct__])}"
    end
  end

  # Braces, keys and colons are written while compiling.
  def text([], _encoder), do: "{}"

  def text([{first, _} | _] = bindings, encoder) do
    parts =
      Enum.flat_map(bindings, fn {field, variable} ->
        before = if field == first, do: "{", else: ","
        [before <> :jovial_json.quote(Atom.to_string(field)) <> ":", quote(do: unquote(encoder).(unquote(variable), unquote(encoder)))]
      end)

    parts ++ [?}]
  end
end

defimpl JSON.Encoder, for: [Atom, BitString, Integer, Float, List, Map] do
  def encode(value, encoder), do: JSON.protocol_encode(value, encoder)
end

defimpl JSON.Encoder, for: [Date, Time, NaiveDateTime, DateTime, Duration] do
  def encode(value, _encoder), do: [?", @for.to_iso8601(value), ?"]
end
