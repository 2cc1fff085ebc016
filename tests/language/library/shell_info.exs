# What `i` tells of values.
import IEx.Helpers

i ~N[2020-01-02 03:04:05]
#=> Term
#=>   ~N[2020-01-02 03:04:05]
#=> Data type
#=>   NaiveDateTime
#=> Description
#=>   This is a struct representing a "naive" datetime (that is, a datetime without a time zone). It is commonly
#=>   represented using the `~N` sigil syntax, that is
#=>   defined in the `Kernel.sigil_N/2` macro.
#=> Raw representation
#=>   %NaiveDateTime{year: 2020, month: 1, day: 2, hour: 3, minute: 4, second: 5, microsecond: {0, 0}, calendar: Calendar.ISO}
#=> Reference modules
#=>   NaiveDateTime, Calendar, Map
#=> Implemented protocols
#=>   IEx.Info, Inspect, JSON.Encoder, String.Chars

i ~U[2020-01-02 03:04:05Z]
#=> Term
#=>   ~U[2020-01-02 03:04:05Z]
#=> Data type
#=>   DateTime
#=> Description
#=>   This is a struct representing a datetime. It is commonly
#=>   represented using the `~U` sigil syntax, that is
#=>   defined in the `Kernel.sigil_U/2` macro.
#=> Raw representation
#=>   %DateTime{year: 2020, month: 1, day: 2, hour: 3, minute: 4, second: 5, time_zone: "Etc/UTC", zone_abbr: "UTC", utc_offset: 0, std_offset: 0, microsecond: {0, 0}, calendar: Calendar.ISO}
#=> Reference modules
#=>   DateTime, Calendar, Map
#=> Implemented protocols
#=>   IEx.Info, Inspect, JSON.Encoder, String.Chars


i %URI{host: "a host with a name that does not fit into a line of eighty columns at all"}
#=> Term
#=>   %URI{scheme: nil, userinfo: nil, host: "a host with a name that does not fit into a line of eighty columns at all", port: nil, path: nil, query: nil, fragment: nil}
#=> Data type
#=>   URI
#=> Description
#=>   This is a struct. Structs are maps with a __struct__ key.
#=> Reference modules
#=>   URI, Map
#=> Implemented protocols
#=>   IEx.Info, Inspect, String.Chars

i <<"text", 255, 1>>
#=> Term
#=>   <<116, 101, 120, 116, 255, 1>>
#=> Data type
#=>   BitString
#=> Byte size
#=>   6
#=> Description
#=>   This is a binary: a collection of bytes. It's printed with the `<<>>`
#=>   syntax (as opposed to double quotes) because it is not a UTF-8 encoded
#=>   binary (the first invalid byte being `<<255>>`)
#=> Reference modules
#=>   :binary
#=> Implemented protocols
#=>   Collectable, IEx.Info, Inspect, JSON.Encoder, List.Chars, String.Chars
