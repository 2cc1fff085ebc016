# A run without tests says no more than that there were none.
ExUnit.start(autorun: false, seed: 1)

defmodule Empty do
  use ExUnit.Case
end

IO.inspect(ExUnit.run())
#=> Running ExUnit with seed: 1, max_cases: 4
#=>
#=>
#=> Finished in 0.00 seconds (0.00s async, 0.00s sync)
#=> 0 failures
#=> %{excluded: 0, failures: 0, skipped: 0, total: 0}
