# Configuration files and records.
IO.inspect(Config.Reader.eval!("f.exs", "import Config\nconfig :a, b: 1, c: [d: 1]\nconfig :a, c: [e: 2]\nconfig :a, Foo, x: 1\nconfig :a, Foo, y: 2"))
#=> [a: [{:b, 1}, {:c, [d: 1, e: 2]}, {Foo, [x: 1, y: 2]}]]
IO.inspect(Config.Reader.eval!("f.exs", "import Config\nconfig :a, b: config_env(), r: read_config(:a)", env: :prod)) #=> [a: [b: :prod, r: nil]]
Config.Reader.eval!("f.exs", "import Config\nconfig :a, b: config_target()") #!> ** (RuntimeError) no :target key was given to this configuration file
Config.Reader.eval!("f.exs", "[a: 1]") #!> ** (ArgumentError) expected config for app :a in f.exs to return keyword list, got: 1
Config.config(:a, b: 1) #!> ** (RuntimeError) could not set configuration via Config. This usually means you are trying to execute a configuration file directly, instead of reading it with Config.Reader
IO.inspect(Config.Reader.merge([a: [b: [c: 1, d: 2], e: 1]], a: [b: [c: 3]], f: [g: 1])) #=> [a: [e: 1, b: [d: 2, c: 3]], f: [g: 1]]

folder = Path.join(System.tmp_dir!(), "config-#{System.pid()}-#{System.unique_integer([:positive])}")
File.mkdir_p!(folder)
File.write!(Path.join(folder, "one.exs"), "import Config\nconfig :a, k: 1\nimport_config \"two.exs\"\n")
File.write!(Path.join(folder, "two.exs"), "import Config\nconfig :a, k: 2, z: config_env()\n")
{config, files} = Config.Reader.read_imports!(Path.join(folder, "one.exs"), env: :test)
IO.inspect({config, Enum.map(files, &Path.basename/1)}) #=> {[a: [k: 2, z: :test]], ["two.exs", "one.exs"]}
File.rm_rf!(folder)

defmodule Records do
  require Record
  Record.defrecord(:user, name: "john", age: 25)
  Record.defrecord(:p, :person, [:a, b: 2])
  Record.defrecordp(:hidden, [:z])
  def all, do: {user(), user(name: "x"), user(user(), :name), user(:age), user(user(), age: 3), user(user()), p(), p(_: 9), hidden(z: 1)}
  def name(user(name: name)), do: name
  def kind(record) when Record.is_record(record, :user), do: :user
  def kind(record) when Record.is_record(record), do: :record
  def kind(_), do: :none
  def list(record), do: user(record)
end

IO.inspect(Records.all())
#=> {{:user, "john", 25}, {:user, "x", 25}, "john", 2, {:user, "john", 3},
#=>  [name: "john", age: 25], {:person, nil, 2}, {:person, 9, 9}, {:hidden, 1}}
IO.inspect({Records.name({:user, 1, 2}), Enum.map([{:user, 1}, {:foo}, {1}, 5], &Records.kind/1)}) #=> {1, [:user, :record, :none, :none]}
Records.list({:other, 1, 2}) #!> ** (ArgumentError) expected argument to be a literal atom, literal keyword or a :user record, got runtime: {:other, 1, 2}
Records.list({:user, 1}) #!> ** (ArgumentError) expected argument to be a :user record with 2 fields, got: {:user, 1}
Code.eval_string("require Records; Records.user(foo: 1)") #!> ** (ArgumentError) record :user does not have the key: :foo

# Values that were read while compiling, beside those of now.
Application.put_env(:some_shop, :till, open: [from: 8])
check = fn path, compiled -> Config.Provider.validate_compile_env([{:some_shop, path, compiled}]) end
IO.inspect({check.([:till, :open], {:ok, [from: 8]}), check.([:till, :closed], :error), check.([:till, :open, :from], {:ok, 8})}) #=> {:ok, :ok, :ok}
{:error, message} = check.([:till, :open], {:ok, :never})
IO.puts(message |> String.split("\n") |> Enum.reject(&(&1 == "")))
#=> the application :some_shop has a different value set for key :till during runtime compared to compile time.  * Compile time value was set to: :never  * Runtime value was set to: [from: 8]
{:error, message} = check.([:till, :open, :from, :minute], :error)
IO.puts(message) #=> application :some_shop failed reading its compile environment for path [:open, :from, :minute] inside key :till. Expected nested values to be keyword lists
