# Templates: tags, blocks, trimming, engines and what is wrong with some.
IO.inspect(EEx.eval_string("a <%= x %><% y = x + 1 %>, <%= y %><%!-- no --%> <%% z %>", x: 1)) #=> "a 1, 2 <% z %>"
IO.inspect(EEx.eval_string("<%= if x do %>yes<% else %>no<% end %>", x: nil)) #=> "no"
IO.inspect(EEx.eval_string("<%= case x do %>\n <% {:ok, v} -> %>[<%= v %>]\n<% _ -> %>none<% end %>", x: {:ok, 3})) #=> "[3]\n"
IO.inspect(EEx.eval_string("<%= Enum.map [1, 2], fn n -> %>(<%= n %>)<% end %>|<%= f.(fn -> %>in<% end) %>", f: & &1.())) #=> "(1)(2)|in"
IO.inspect(EEx.eval_string("<%= for n <- 1..2 do %>\n  <%= n %>\n<% end %>\n", [], trim: true)) #=> "\n1\n\n2\n"
IO.inspect(EEx.eval_string("<%= @a %>-<%= @m.b %>", assigns: %{a: 1, m: %{b: 2}})) #=> "1-2"
IO.inspect(EEx.eval_string("<%= __ENV__.line %>\n<%= if true do %>\n<%= __ENV__.line %><% end %>", [], line: 10)) #=> "10\n\n12"
IO.inspect(EEx.tokenize("<% end, fn x -> %>") |> elem(1) |> hd()) #=> {:middle_expr, [], ~c" end, fn x -> ", %{column: 1, line: 1}}
IO.inspect(EEx.tokenize("<% foo do  # do\n %>") |> elem(1) |> hd() |> elem(0)) #=> :start_expr
IO.inspect(for code <- ["foo, do", ":do", "\"do\"", "fn a -> b end", "x.do"], do: EEx.tokenize("<% #{code} %>") |> elem(1) |> hd() |> elem(0)) #=> [:expr, :expr, :expr, :expr, :expr]
EEx.eval_string("a\nb <% end %>", [], file: "t.eex") #!> ** (EEx.SyntaxError) t.eex:2:3: unexpected end of expression <% end %>
#!>   |
#!> 1 | a
#!> 2 | b <% end %>
#!>   |   ^
EEx.eval_string("<%= if true do %>a", [], file: "t.eex") #!> ** (EEx.SyntaxError) t.eex:1:5: expected a closing '<% end %>' for block expression in EEx
#!>   |
#!> 1 | <%= if true do %>a
#!>   |     ^
EEx.eval_string("<%| 1 %>") #!> ** (EEx.SyntaxError) unsupported EEx syntax <%| %> (the syntax is valid but not supported by the current EEx engine)

defmodule Shout do
  @behaviour EEx.Engine
  defdelegate init(options), to: EEx.Engine
  defdelegate handle_begin(state), to: EEx.Engine
  defdelegate handle_end(state), to: EEx.Engine
  defdelegate handle_body(state), to: EEx.Engine
  defdelegate handle_expr(state, marker, expr), to: EEx.Engine
  def handle_text(state, meta, text), do: EEx.Engine.handle_text(state, meta, String.upcase(text))
end

defmodule Page do
  require EEx
  EEx.function_from_string(:def, :show, "sum <%= a + b %>", [:a, :b], engine: Shout)
  EEx.function_from_string(:defp, :title, "<%= @title %>", [:assigns])
  def head(title), do: title(title: title)
end

IO.inspect({Page.show(1, 2), Page.head("x")}) #=> {"SUM 3", "x"}

# A block counts its variables on, so that none takes the place of one that the template around it still needs.
IO.inspect(EEx.Engine.handle_begin(%{binary: ["a"], dynamic: [:b], vars_count: 3})) #=> %{binary: [], dynamic: [], vars_count: 3}
