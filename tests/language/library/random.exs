# The numbers that OTP's generators give for a seed.
for algorithm <- [:exsss, :exsp, :exsplus, :exrop, :exro928ss, :exs1024s, :exs1024, :exs64, :dummy], seed <- [42, {1, 2, 3}] do
  state = :rand.seed_s(algorithm, seed)
  {number, state} = :rand.uniform_s(1_000_000, state)
  {float, state} = :rand.uniform_s(state)
  {wide, state} = :rand.uniform_s(1_000_000_000_000_000_000_000, state)
  {bytes, _} = :rand.bytes_s(9, state)
  IO.puts("#{algorithm} #{number} #{float} #{wide} #{Base.encode16(bytes)}")
end

#=> exsss 999294 0.899364294071664 690097338471173253014 D49136BB3BB9F0442C
#=> exsss 878027 0.6039309974353404 386109953698319442295 90FCB08241E6AA80A7
#=> exsp 155982 0.8456437928995445 725748675033059420409 EE81ABED89EF8ADB9F
#=> exsp 215814 0.45336720247823115 512206484853888266573 DDA6960F89B817224F
#=> exsplus 155982 0.8456437928995446 944081055131366719489 269C32ACEA7A3EBA06
#=> exsplus 215814 0.45336720247823126 40945116920410570753 15B5923D088C53769A
#=> exrop 598297 0.09519529252073555 728084825089161308759 FCD3B41EB88DEC28F0
#=> exrop 15414 0.06161655489244533 117763679284437168810 0C64E83880F80A668A
#=> exro928ss 999294 0.5206572543540254 141603339339647468990 991F9454D002AE8FFC
#=> exro928ss 256732 0.5455598952593053 40323281117956251548 5EA60F4854651599B5
#=> exs1024s 507601 0.12712968251806833 102500971667275691122 56181D839D5B44C1E9
#=> exs1024s 430158 0.9812752738326551 263547986318275210764 5587C1CBB3AEDB1815
#=> exs1024 507601 0.1271296825180684 411654895771366588417 80F4C0E10E2D1C181D
#=> exs1024 430158 0.9812752738326551 285474845837090553857 85911A52035B8287C1
#=> exs64 639843 0.5626318272656208 486106137710052179969 59CB23235AE313BD2C
#=> exs64 20596 0.002859091136008904 513122605876233830401 3124F3B67930728C40
#=> dummy 1 0.5 1 8A33767405245AD732
#=> dummy 1 0.5 1 4EE8B9DFFDAEACC45D

# Bytes from one word and from several.
state = :rand.seed_s(:exsss, 7)
IO.puts(Enum.map_join([1, 7, 8, 14, 15], " ", &Base.encode16(elem(:rand.bytes_s(&1, state), 0))))
#=> 58 58FAF74EF977A7 D63EBDD3BE5DE9D5 D63EBDD3BE5DE9D54AA315C485C3 D63EBDD3BE5DE93552A8C5712170A3
# No bytes at all cost a word as well.
IO.inspect({elem(:rand.bytes_s(0, state), 0), elem(:rand.bytes_s(0, state), 1) == elem(:rand.bytes_s(7, state), 1)}) #=> {"", true}
IO.inspect(:rand.export_seed_s(:rand.seed_s(:exrop, {1, 2, 3}))) #=> {:exrop, [216142952727055094 | 288211065979672063]}

# Normally distributed floats, to the last bit. Of a thousand some are at the edges of the ziggurat's layers.
for algorithm <- [:exsss, :exsp, :exsplus, :exrop, :exro928ss, :exs1024s, :exs1024, :exs64, :dummy], seed <- [42, {1, 2, 3}] do
  {floats, state} = Enum.map_reduce(1..1000, :rand.seed_s(algorithm, seed), fn _, state -> :rand.normal_s(state) end)
  {float, _} = :rand.normal_s(10, 4, state)
  digest = :erlang.phash2(for float <- floats, into: "", do: <<float::float>>)
  IO.puts("#{algorithm} #{hd(floats)} #{Enum.max_by(floats, &abs/1)} #{digest} #{float}")
end

#=> exsss 0.5838885427196223 -3.564385710239422 31757466 9.385019348040379
#=> exsss 1.3701979225129497 3.5147481423387674 67492717 11.983517411716939
#=> exsp 0.008270514820335877 3.54503478258508 72874895 10.258064955851731
#=> exsp -0.6384228541460415 3.394505865836738 84358172 7.053610888653992
#=> exsplus 0.5231228049942913 -3.499582491180925 46557410 12.02740530417083
#=> exsplus -0.9558922401674191 3.3195143348428315 42579100 9.630322531130037
#=> exrop 1.4002466422670585 -2.8557303206042692 93894888 7.910391312554975
#=> exrop -0.8274681199562238 -3.516859636178862 101683524 8.666319752108722
#=> exro928ss 0.5838885427196223 3.141777161892116 92150994 11.95881299311867
#=> exro928ss 1.0379067473210895 3.540454273249494 65175237 11.530924538384973
#=> exs1024s -0.5300416997599801 2.95225025133347 20355784 9.894373739801276
#=> exs1024s -0.12917763020993325 3.1624891069271177 69621280 11.52258738185179
#=> exs1024 0.48029753392931634 -3.5106303711509366 102858821 10.323987541440923
#=> exs1024 -0.510174305351351 3.1474723974328533 1396842 7.492409057798943
#=> exs64 0.20549508867265381 -3.244553300179927 1132815 7.417604556098999
#=> exs64 0.5604302493686107 3.3811999963867616 72193242 11.825456864055816
#=> dummy 1.0822629913700899 1.0822629913700899 102945744 12.16452598274018
#=> dummy -1.1094359440840518 -1.1094359440840518 77218638 7.7811281118318965

# Seeds that lead into its tail at once.
for {algorithm, seed} <- [exsss: 7612, exs64: 2638, exs64: 13_049] do
  IO.inspect(elem(:rand.normal_s(:rand.seed_s(algorithm, seed)), 0))
end

#=> -3.7352034169095027
#=> 4.114696482951037
#=> 3.8613254853625953

# Jumps, after as many steps as leave some words behind.
for algorithm <- [:exrop, :exro928ss, :exs1024s] do
  {_, state} = :rand.bytes_s(20, :rand.seed_s(algorithm, 42))
  IO.inspect(:rand.export_seed_s(:rand.jump(state)), limit: :infinity, width: 1000)
end

#=> {:exrop, [22056741391760102 | 202139399297472434]}
#=> {:exro928ss, {[235152015574717544, 106976662489566106, 106941160943821052, 49100669606901862, 15954876343534921, 135863541952495569, 277952723839650458, 113087297830863056, 94597092740450306, 196428472020919583, 191145867179014947, 134259981137032145, 85546497292318862, 53102065007045612, 86050137646371836, 110068050248514570], []}}
#=> {:exs1024s, {[14507836236442662021, 5728371679386553870, 12130109059851254353, 13513617073448752395, 8978107949239872845, 17594777687205144719, 1444339261725535994, 14327155151323494407, 7024328118218531536, 8429265190536314166, 4863941757111828800, 12721104575798245759, 10959465320303191992], [11728200002683759097, 11870606573926310852, 8506293478865200778]}}

# Floats near 0 and numbers that are too large for one word, by generators that divide.
for algorithm <- [:exsplus, :exs1024, :exs64] do
  {reals, state} = Enum.map_reduce(1..100, :rand.seed_s(algorithm, 5), fn _, state -> :rand.uniform_real_s(state) end)
  {number, _} = :rand.uniform_s(2 ** 64, state)
  IO.puts("#{algorithm} #{Enum.min(reals)} #{Enum.sum(reals)} #{number}")
end

#=> exsplus 0.0025936121089533875 54.57810127767913 11803222478115784705
#=> exs1024 0.0019383334426869557 53.11114856017576 14775983577558147073
#=> exs64 0.0033465224566377894 51.51110247206004 5375015016512633857

# The generator of the process and one that is carried along are one and the same.
start = :rand.seed_s(:exsss, 7)

for {by_process, by_state} <- [
      {fn _ -> :rand.uniform() end, fn _, state -> :rand.uniform_s(state) end},
      {&:rand.uniform/1, &:rand.uniform_s/2},
      {fn n -> :rand.uniform(n * 2 ** 57) end, fn n, state -> :rand.uniform_s(n * 2 ** 57, state) end}
    ] do
  :rand.seed(start)
  of_process = Enum.map(1..300, by_process)
  {of_state, ended} = Enum.map_reduce(1..300, start, by_state)
  IO.inspect({of_process == of_state, :rand.export_seed() == :rand.export_seed_s(ended)})
end

#=> {true, true}
#=> {true, true}
#=> {true, true}
IO.inspect(Enum.sort_by([3, 1, 2], &(&1 / 2)) ++ Enum.sort_by([a: 0.0, b: -1.5, c: -0.0], &elem(&1, 1))) #=> [1, 2, 3, {:b, -1.5}, {:a, 0.0}, {:c, -0.0}]
IO.inspect({:lists.usort([3, 1, 3, 2]), :lists.usort([1, 1.0, 1])}) #=> {[1, 2, 3], [1]}
