defmodule ExUnit.DocTest do
  @moduledoc "x"
end
