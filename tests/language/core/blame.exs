# An error of a function whose clauses don't match shows them.
defmodule BlameCase do
  def area({:circle, radius}) when is_number(radius) and radius > 0, do: radius
  def area({:square, side}), do: side
  defp hidden(:only), do: :ok
  def call(value), do: hidden(value)
end

blamed = fn fun ->
  try do
    fun.()
  rescue
    error -> Exception.blame(:error, error, __STACKTRACE__) |> elem(0) |> Exception.message() |> IO.puts()
  end
end

blamed.(fn -> BlameCase.area({:circle, -1}) end)
#=> no function clause matching in BlameCase.area/1
#=>
#=> The following arguments were given to BlameCase.area/1:
#=>
#=>     # 1
#=>     {:circle, -1}
#=>
#=> Attempted function clauses (showing 2 out of 2):
#=>
#=>     def area({:circle, radius}) when is_number(radius) and -radius > 0-
#=>     def area(-{:square, side}-)
#=>

blamed.(fn -> BlameCase.call(:other) end)
#=> no function clause matching in BlameCase.hidden/1
#=>
#=> The following arguments were given to BlameCase.hidden/1:
#=>
#=>     # 1
#=>     :other
#=>
#=> Attempted function clauses (showing 1 out of 1):
#=>
#=>     defp hidden(-:only-)
#=>

{:ok, :def, clauses} = Exception.blame_mfa(Keyword, :pop, [%{}, :key, nil])
IO.inspect(length(clauses)) #=> 1
