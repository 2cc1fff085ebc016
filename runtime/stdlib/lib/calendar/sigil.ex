defmodule Calendar.Sigil do
  @moduledoc false
  # What sigils of dates and times share: a calendar other than the default is named after the text.

  def suffix(Calendar.ISO), do: ""
  def suffix(calendar), do: " " <> inspect(calendar)
end
