# Documents on a terminal: blocks are laid out, emphasis is shown in color.
text = "# Title\n\nSome *words* and `code`,\nwrapped.\n\n* one\n  * two\n\nThen\n\n    x = 1\n\na | b\n- | -\n1 | 2\n"
IO.ANSI.Docs.print(text, "text/markdown", enabled: false, width: 40)
#=> # Title
#=>
#=> Some *words* and `code`, wrapped.
#=>
#=>   * one
#=>     * two
#=>
#=>
#=> Then
#=>
#=>     x = 1
#=>
#=> a | b
#=> 1 | 2
#=>
{:ok, device} = StringIO.open("")
leader = Process.group_leader()
Process.group_leader(self(), device)
IO.ANSI.Docs.print("**bold** _under_ snake_case [a](b)", "text/markdown", enabled: true)
Process.group_leader(self(), leader)
{_, shown} = StringIO.contents(device)
IO.inspect(shown) #=> "\e[1mbold\e[0m \e[4munder\e[0m snake_case a (b)\n\e[0m\n"
