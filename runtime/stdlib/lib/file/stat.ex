defmodule File.Stat do
  @moduledoc """
  What is known about a file, as `File.stat/2` returns it.

    * `:size` - in bytes
    * `:type` - `:device`, `:directory`, `:regular`, `:other` or `:symlink`
    * `:access` - `:read`, `:write`, `:read_write` or `:none`: what the current user may do
    * `:atime`, `:mtime`, `:ctime` - when it was last read, written, and changed in any way
    * `:mode` - the permission bits
    * `:links` - how many names it has
    * `:major_device`, `:minor_device`, `:inode`, `:uid`, `:gid` - as the system counts them
  """

  defstruct [
    :size,
    :type,
    :access,
    :atime,
    :mtime,
    :ctime,
    :mode,
    :links,
    :major_device,
    :minor_device,
    :inode,
    :uid,
    :gid
  ]

  @type t :: %__MODULE__{}

  @doc """
  Turns a stat into the record `:file_info` that Erlang's functions know.

  ## Examples

      iex> File.Stat.to_record(%File.Stat{size: 3}) |> elem(0)
      :file_info

  """
  @spec to_record(t) :: :file.file_info()
  def to_record(%File.Stat{} = s) do
    {:file_info, s.size, s.type, s.access, s.atime, s.mtime, s.ctime, s.mode, s.links, s.major_device, s.minor_device,
     s.inode, s.uid, s.gid}
  end

  @doc """
  Turns the record `:file_info` into a stat.

  ## Examples

      iex> stat = %File.Stat{size: 3, type: :regular}
      iex> stat |> File.Stat.to_record() |> File.Stat.from_record()
      stat

  """
  @spec from_record(:file.file_info()) :: t
  def from_record({:file_info, size, type, access, atime, mtime, ctime, mode, links, major, minor, inode, uid, gid}) do
    %File.Stat{
      size: size,
      type: type,
      access: access,
      atime: atime,
      mtime: mtime,
      ctime: ctime,
      mode: mode,
      links: links,
      major_device: major,
      minor_device: minor,
      inode: inode,
      uid: uid,
      gid: gid
    }
  end
end
