# Source: documentation of erlang:process_flag/2. A limit that does not kill leaves the process alone.
Process.flag(:max_heap_size, %{size: 20_000, kill: false, error_logger: false})
IO.inspect(length(Enum.to_list(1..100_000)))                     #=> 100000

{_, ref} = spawn_monitor(fn ->
  Process.flag(:max_heap_size, %{size: 20_000, kill: true, error_logger: false})
  Enum.to_list(1..100_000)
end)

receive do
  {:DOWN, ^ref, _, _, reason} -> IO.inspect(reason)
end
#=> :killed
