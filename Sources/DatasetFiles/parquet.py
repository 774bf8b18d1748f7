"""Reads and writes Parquet for assay, with pyarrow, in bounded memory.

    read SKIP             Parquet on descriptor 0  -> rows on descriptor 1, each one JSON object
    write ROWS-FOLDER     rows on descriptor 0     -> Parquet on descriptor 1; the folder is for what is in between
    add COUNT COLUMN...   Parquet on descriptors 3, 4, ... (COUNT of them) and, on descriptor 0, for each of their rows
                          the columns to add or replace as one JSON object (a row keeps what it has of those that are
                          not in it), or an empty frame where the row is left out
                          -> Parquet on descriptor 1, all other columns as they were

A frame is one byte for its kind (N how many rows there are, the first; R a row; F a row that can't be read, with the
reason; E the end), its length in eight
bytes, little-endian, and its content. Ends with status 5 where pyarrow is missing, with status 1 and the reason on
descriptor 2 where the data are at fault.
"""

import datetime
import decimal
import io
import json
import os
import struct
import sys
import uuid

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    sys.exit(5)

# How much of a file is held at one time, more or less: a row may be larger than all of it.
BATCH_BYTES = 8 << 20
GROUP_BYTES = 64 << 20
GROUP_ROWS = 10_000

HEAD = struct.Struct("<cQ")


class Fault(Exception):
    """What is wrong with the data, for people."""


# --- frames


def read_frames(stream):
    while True:
        head = stream.read(HEAD.size)
        if len(head) < HEAD.size:
            raise Fault("the rows end too soon")
        kind, length = HEAD.unpack(head)
        if kind == b"E":
            return
        content = stream.read(length)
        if len(content) < length:
            raise Fault("the rows end too soon")
        yield content


def write_frame(stream, kind, content=b""):
    stream.write(HEAD.pack(kind, len(content)))
    stream.write(content)


# --- values


def plain(value):
    """What JSON can't write, as text."""
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        # A byte that is no UTF-8 becomes a lone surrogate, as everywhere in assay.
        return bytes(value).decode("utf-8", "surrogateescape")
    raise TypeError(f"a value of type {type(value).__name__} can't be written as JSON")


def row_bytes(row):
    try:
        return json.dumps(row, default=plain, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # Lone surrogates have no UTF-8: all that is not ASCII becomes an escape.
        return json.dumps(row, default=plain, separators=(",", ":")).encode()


# --- read


def batch_rows(file):
    """How many rows make up a batch of the size above, by what the file says of itself."""
    metadata = file.metadata
    size = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
    mean = max(1, size // max(1, metadata.num_rows))
    return max(1, min(1024, BATCH_BYTES // mean))


class File(io.RawIOBase):
    """A file that is read from places of its own: the descriptor's offset may be shared with another process."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.place = 0
        self.size = os.fstat(descriptor).st_size

    def readable(self):
        return True

    def seekable(self):
        return True

    def readinto(self, buffer):
        count = os.preadv(self.descriptor, [buffer], self.place)
        self.place += count
        return count

    def seek(self, offset, whence=os.SEEK_SET):
        self.place = offset + (0, self.place, self.size)[whence]
        return self.place

    def tell(self):
        return self.place


def open_parquet(descriptor):
    stream = File(descriptor)
    try:
        # Buffered: a column of a row group is read piece by piece, not as a whole.
        return pq.ParquetFile(pa.PythonFile(stream, mode="r"), buffer_size=1 << 20, pre_buffer=False, memory_map=False)
    except pa.ArrowInvalid as error:
        raise Fault(f"not a whole Parquet file: {error}") from error


def read(skip):
    file = open_parquet(0)
    output = os.fdopen(1, "wb", buffering=1 << 20)
    metadata = file.metadata
    write_frame(output, b"N", str(metadata.num_rows).encode())
    output.flush()
    rows = batch_rows(file)
    for group in range(metadata.num_row_groups):
        count = metadata.row_group(group).num_rows
        if skip >= count:
            skip -= count
            continue
        done = 0
        try:
            for batch in file.iter_batches(batch_size=rows, row_groups=[group], use_threads=False):
                for row in rows_of(batch):
                    done += 1
                    if skip > 0:
                        skip -= 1
                        continue
                    write_row(output, row)
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, BrokenPipeError):
                raise
            # The rest of the group can't be read; the next one may be.
            reason = f"damaged: {str(error).splitlines()[0]}".encode("utf-8", "replace")
            for _ in range(max(0, count - done - skip)):
                write_frame(output, b"F", reason)
            skip = 0
    write_frame(output, b"E")
    output.flush()


def rows_of(batch):
    try:
        yield from batch.to_pylist(maps_as_pydicts="strict")
    except (UnicodeDecodeError, pa.ArrowException, ValueError, KeyError):
        # Row by row, so that only the one at fault is lost.
        for index in range(batch.num_rows):
            try:
                yield batch.slice(index, 1).to_pylist(maps_as_pydicts="strict")[0]
            except (UnicodeDecodeError, pa.ArrowException, ValueError, KeyError) as error:
                yield error


def write_row(output, row):
    if isinstance(row, Exception):
        write_frame(output, b"F", str(row).encode("utf-8", "replace"))
        return
    try:
        write_frame(output, b"R", row_bytes(row))
    except (TypeError, ValueError) as error:
        write_frame(output, b"F", str(error).encode("utf-8", "replace"))


# --- write


def compression_of(file):
    """The compression of a file's first column, so that what is written is like what was read."""
    metadata = file.metadata
    if metadata.num_row_groups and metadata.num_columns:
        name = metadata.row_group(0).column(0).compression.lower()
        if name in ("snappy", "zstd", "gzip", "brotli", "lz4"):
            return name
        if name == "uncompressed":
            return "none"
    return "zstd"


def column(values):
    """An array of what fits one type without loss, or else the JSON of each value."""
    kinds = {type(value) for value in values if value is not None}
    try:
        # pyarrow makes numbers of booleans beside numbers, and floats of integers beside floats.
        if bool in kinds and len(kinds) > 1:
            raise TypeError
        if float in kinds and any(type(value) is int and int(float(value)) != value for value in values):
            raise TypeError
        return pa.array(values)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return pa.array([as_text(value) for value in values], pa.string())


def as_text(value):
    """A column's value as text: itself if it is text, else its JSON; lone surrogates become escapes."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


def writable(type_):
    """Whether Parquet can hold a type: a struct without fields has no columns."""
    if pa.types.is_struct(type_):
        return type_.num_fields > 0 and all(writable(field.type) for field in type_)
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return writable(type_.value_type)
    return True


def merged(types):
    """One type for a column that has these in its groups; text where there is none."""
    types = [type_ for type_ in dict.fromkeys(types) if not pa.types.is_null(type_)]
    if not types:
        return pa.string()
    try:
        schema = pa.unify_schemas([pa.schema([("x", type_)]) for type_ in types], promote_options="permissive")
        type_ = schema.field("x").type
    except pa.ArrowException:
        return pa.string()
    return type_ if writable(type_) else pa.string()


def fitted(array, type_):
    if array.type == type_:
        return array
    try:
        if not (pa.types.is_string(type_) and pa.types.is_nested(array.type)):
            return array.cast(type_)
    except pa.ArrowException:
        pass
    values = array.to_pylist()
    if pa.types.is_string(type_):
        return pa.array([as_text(value) for value in values], type_)
    return pa.array(values, type_)


def write(folder):
    """Two passes, since what a column holds is known only at the end: groups as they come, then all in one type."""
    names, types, paths = [], {}, []
    pending, size = [], 0

    def flush():
        nonlocal pending, size
        if not pending:
            return
        for row in pending:
            for name in row:
                if name not in types:
                    names.append(name)
                    types[name] = []
        arrays = [column([row.get(name) for row in pending]) for name in names]
        for name, array in zip(names, arrays):
            types[name].append(array.type)
        table = pa.Table.from_arrays(arrays, names=names)
        paths.append(os.path.join(folder, f"group-{len(paths)}.arrow"))
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.OSFile(paths[-1], "wb") as sink, pa.ipc.new_file(sink, table.schema, options=options) as writer:
            writer.write_table(table)
        pending, size = [], 0

    for content in read_frames(os.fdopen(0, "rb", buffering=1 << 20)):
        pending.append(json.loads(content.decode("utf-8", "surrogatepass")))
        size += len(content)
        if size >= GROUP_BYTES or len(pending) >= GROUP_ROWS:
            flush()
    flush()

    schema = pa.schema([(name, merged(types[name])) for name in names])
    sink = pa.PythonFile(os.fdopen(1, "wb", buffering=1 << 20), mode="w")
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for path in paths:
            with pa.memory_map(path) as source:
                table = pa.ipc.open_file(source).read_all()
                arrays = []
                for field in schema:
                    if field.name in table.column_names:
                        arrays.append(fitted(table.column(field.name).combine_chunks(), field.type))
                    else:
                        arrays.append(pa.nulls(table.num_rows, field.type))
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            os.unlink(path)
    sink.close()


# --- add


# All but the score are JSON text: a struct would have to be the same in each row.
def added_type(name):
    return pa.float64() if name == "score" else pa.string()


def with_added(schema, names):
    # Hugging Face's note of its own features, and pandas', speak of the columns as they were.
    notes = {key: value for key, value in (schema.metadata or {}).items() if key not in (b"huggingface", b"pandas")}
    for name in names:
        field = pa.field(name, added_type(name))
        index = schema.get_field_index(name)
        schema = schema.append(field) if index < 0 else schema.set(index, field)
    return schema.with_metadata(notes or None)


def add(count, names):
    frames = read_frames(os.fdopen(0, "rb", buffering=1 << 20))
    files = [open_parquet(3 + index) for index in range(count)]
    schemas = [with_added(file.schema_arrow, names) for file in files]
    schema = schemas[0].remove_metadata() if count > 1 else schemas[0]
    if any(not other.remove_metadata().equals(schema.remove_metadata()) for other in schemas):
        try:
            schema = pa.unify_schemas([other.remove_metadata() for other in schemas], promote_options="permissive")
        except pa.ArrowException as error:
            raise Fault(f"the inputs' columns do not go together: {error}") from error
    sink = pa.PythonFile(os.fdopen(1, "wb", buffering=1 << 20), mode="w")
    with pq.ParquetWriter(sink, schema, compression=compression_of(files[0])) as writer:
        pending = Group(writer)
        for file in files:
            for batch in file.iter_batches(batch_size=batch_rows(file), use_threads=False):
                pending.add(extended(batch, frames, schema, names))
            pending.flush()
    sink.close()


def extended(batch, frames, schema, names):
    kept, rows = [], []
    for index in range(batch.num_rows):
        content = next(frames, None)
        if content is None:
            raise Fault("there are fewer results than rows")
        if content:
            kept.append(index)
            rows.append(json.loads(content.decode("utf-8", "surrogatepass")))
    table = pa.Table.from_batches([batch])
    if len(kept) < batch.num_rows:
        table = table.take(pa.array(kept, pa.int64()))
    arrays = []
    for field in schema:
        if field.name in names:
            # A row whose frame has no such name keeps what it has.
            old = table.column(field.name).to_pylist() if field.name in table.column_names else [None] * len(rows)
            values = [row.get(field.name, before) for row, before in zip(rows, old)]
            if field.name != "score":
                values = [as_text(value) for value in values]
            arrays.append(pa.array(values, field.type))
        elif field.name in table.column_names:
            arrays.append(table.column(field.name).cast(field.type))
        else:
            arrays.append(pa.nulls(table.num_rows, field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


class Group:
    """Tables that are to become one row group."""

    def __init__(self, writer):
        self.writer = writer
        self.tables = []
        self.size = 0
        self.rows = 0

    def add(self, table):
        self.tables.append(table)
        self.size += table.nbytes
        self.rows += table.num_rows
        if self.size >= GROUP_BYTES or self.rows >= GROUP_ROWS:
            self.flush()

    def flush(self):
        if self.rows:
            table = pa.concat_tables(self.tables)
            self.writer.write_table(table, row_group_size=table.num_rows)
        self.tables, self.size, self.rows = [], 0, 0


def main(arguments):
    match arguments:
        case ["read", skip]:
            read(int(skip))
        case ["write", folder]:
            write(folder)
        case ["add", count, *names]:
            add(int(count), names)
        case _:
            raise Fault("unknown arguments")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BrokenPipeError:
        # Whoever read has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0)
    except (Fault, OSError, pa.ArrowException, UnicodeError, ValueError, RecursionError) as error:
        print(str(error).splitlines()[0] if str(error) else type(error).__name__, file=sys.stderr)
        sys.exit(1)
