# The exceptions that modules of the library raise, kept together because each is a few lines.

defmodule Enum.EmptyError do
  @moduledoc """
  An enumerable without elements was given to a function that needs one, such as `Enum.max/1`.
  """
  defexception message: "empty error"
end

defmodule Enum.OutOfBoundsError do
  @moduledoc """
  An enumerable has no element at the index asked for, as in `Enum.fetch!/2`.
  """
  defexception message: "out of bounds error"
end

defmodule UnicodeConversionError do
  @moduledoc """
  Bytes or code points are no Unicode text.

  Fields: `:encoded`, what could be converted before the failure, and `:message`.
  """
  defexception [:encoded, :message]

  @impl true
  def exception(fields) do
    encoded = Keyword.fetch!(fields, :encoded)
    kind = Keyword.fetch!(fields, :kind)
    %UnicodeConversionError{encoded: encoded, message: "#{kind} #{where(Keyword.fetch!(fields, :rest))}"}
  end

  defp where(rest) when is_binary(rest), do: "encoding starting at #{inspect(rest)}"
  defp where([rest | _]) when is_binary(rest), do: where(rest)
  defp where([char | _]) when is_integer(char), do: "code point #{char}"
  defp where([rest | _]) when rest != [], do: where(rest)
end

defmodule File.Error do
  @moduledoc """
  A file operation failed.

  Fields: `:reason` (a POSIX atom such as `:enoent`), `:path` and `:action`, what was to be done.
  """
  defexception [:reason, :path, action: ""]

  @impl true
  def message(%{reason: :eexist, action: "remove directory", path: path}) do
    "could not remove directory #{inspect(path)}: directory is not empty"
  end

  def message(%{action: action, reason: reason, path: path}) do
    "could not #{action} #{inspect(path)}: #{posix(reason)}"
  end

  @doc false
  def posix(reason), do: :erlang.iolist_to_binary(:file.format_error(reason))
end

defmodule File.CopyError do
  @moduledoc """
  Copying a file or folder failed.

  Fields: `:reason`, `:source`, `:destination`, `:on` (the path where it failed) and `:action`.
  """
  defexception [:reason, :source, :destination, on: "", action: ""]

  @impl true
  def message(%{action: action, reason: reason, source: source, destination: destination, on: on}) do
    place = if on == "", do: "", else: ". #{on}"
    "could not #{action} from #{inspect(source)} to #{inspect(destination)}#{place}: #{File.Error.posix(reason)}"
  end
end

defmodule File.RenameError do
  @moduledoc """
  Renaming a file or folder failed.

  Fields: `:reason`, `:source`, `:destination`, `:on` (the path where it failed) and `:action`.
  """
  defexception [:reason, :source, :destination, on: "", action: ""]

  @impl true
  def message(exception), do: File.CopyError.message(exception)
end

defmodule File.LinkError do
  @moduledoc """
  Making a link failed.

  Fields: `:reason`, `:existing`, `:new` and `:action`.
  """
  defexception [:reason, :existing, :new, action: ""]

  @impl true
  def message(%{action: action, reason: reason, existing: existing, new: new}) do
    "could not #{action} from #{inspect(existing)} to #{inspect(new)}: #{File.Error.posix(reason)}"
  end
end

defmodule IO.StreamError do
  @moduledoc """
  A device failed while a stream read from it or wrote to it.

  Fields: `:reason`.
  """
  defexception [:reason]

  @impl true
  def message(%{reason: reason}) do
    "error during streaming: #{explain(reason)}"
  end

  defp explain(reason), do: inspect(reason)
end

defmodule System.EnvError do
  @moduledoc """
  An environment variable that must be set is not.

  Fields: `:env`, its name.
  """
  defexception [:env]

  @impl true
  def message(%{env: env}), do: "could not fetch environment variable #{inspect(env)} because it is not set"
end

defmodule URI.Error do
  @moduledoc """
  A text is no URI.

  Fields: `:action`, `:reason` and `:part`, the offending piece.
  """
  defexception [:action, :reason, :part]

  @impl true
  def message(%{action: action, reason: reason, part: part}) do
    "cannot #{action} due to reason #{reason}: #{inspect(part)}"
  end
end

defmodule Version.InvalidVersionError do
  @moduledoc """
  A text is no version number.

  Fields: `:version`.
  """
  defexception [:version]

  @impl true
  def exception(version) when is_binary(version), do: %__MODULE__{version: version}

  @impl true
  def message(%{version: version}), do: "invalid version: #{inspect(version)}"
end

defmodule Version.InvalidRequirementError do
  @moduledoc """
  A text is no requirement on versions.

  Fields: `:requirement`.
  """
  defexception [:requirement]

  @impl true
  def exception(requirement) when is_binary(requirement), do: %__MODULE__{requirement: requirement}

  @impl true
  def message(%{requirement: requirement}), do: "invalid requirement: #{inspect(requirement)}"
end

defmodule Regex.CompileError do
  @moduledoc """
  A pattern is no regular expression.
  """
  defexception message: "regex could not be compiled"
end

defmodule OptionParser.ParseError do
  @moduledoc """
  Command-line arguments don't agree with what `OptionParser.parse!/2` was told to expect.
  """
  defexception [:message]
end

defmodule MissingApplicationsError do
  @moduledoc """
  Applications are needed that the project does not depend on.

  Fields: `:apps`, pairs of a name and a requirement, and `:description`.
  """
  defexception apps: [], description: "missing applications found"

  @impl true
  def message(%{apps: apps, description: description}) do
    entries = for {app, requirement} <- apps, into: "", do: "\n  #{inspect({app, to_string(requirement)})}"
    description <> "\n\nTo address this, include these applications as your dependencies:\n" <> entries
  end
end
