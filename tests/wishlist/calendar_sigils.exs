# Sigils of dates and times: they wait for the calendar.
IO.inspect(~D[2024-02-29]) #=> ~D[2024-02-29]
IO.inspect(~T[10:20:30.5]) #=> ~T[10:20:30.5]
IO.inspect(~N[2024-01-01 00:00:00]) #=> ~N[2024-01-01 00:00:00]
IO.inspect(~U[2024-01-01 00:00:00Z]) #=> ~U[2024-01-01 00:00:00Z]
