"""A row and those it points to, read by a statement of our own where compiling the same query again and again costs
more than the answer."""

from functools import lru_cache


class Joined:
    """Columns of a model and of some that it points to, as SQL, and the instance that such a row makes.

    `related`: foreign keys and the other ends of one-to-one relations, as select_related names them; the row of the
    model itself is `t` there.
    """

    def __init__(self, model, *related):
        self.model, self.fields = model, {}  # path → relation, those that others begin from first
        for path in related:
            self.add(path)
        table = model._meta.db_table
        self.columns = ", ".join([*columns_of(model, "t"), *(column for path, field in self.fields.items()
                                  for column in columns_of(field.related_model, path))])  # fmt: skip
        self.source = " LEFT JOIN ".join([f"{table} t", *(self.join(path) for path in self.fields)])
        self.select_by_pk = f"SELECT {self.columns} FROM {self.source} WHERE t.{model._meta.pk.column} = %(pk)s"  # noqa: S608

    def add(self, path):
        before, _separator, name = path.rpartition("__")
        if before and before not in self.fields:
            self.add(before)
        self.fields[path] = (self.fields[before].related_model if before else self.model)._meta.get_field(name)

    def join(self, path):
        field, before = self.fields[path], path.rpartition("__")[0] or "t"
        ours, theirs = field.get_joining_fields()[0]
        return f'{field.related_model._meta.db_table} "{path}" ON "{path}".{theirs.column} = "{before}".{ours.column}'

    def instance(self, values, database):
        """The object of a row of `columns`; `database`: the connection it came from."""
        found, rest = make(self.model, values, database)
        objects = {"": found}
        for path, field in self.fields.items():
            other, rest = make(field.related_model, rest, database)
            objects[path] = other if other.pk is not None else None
            before = objects[path.rpartition("__")[0]]
            if before is not None:
                field.set_cached_value(before, objects[path])
            if objects[path] is not None and field.one_to_one:
                field.remote_field.set_cached_value(objects[path], before)
        return found


@lru_cache
def joined(model, *related):
    return Joined(model, *related)


def columns_of(model, alias):
    return [f'"{alias}".{field.column}' for field in model._meta.concrete_fields]


def make(model, values, database):
    """(object, the values that were left over)"""
    names, converters = made_of(model)
    mine = list(values[: len(names)])
    for place, convert in converters:
        mine[place] = convert(mine[place], None, database)
    return model.from_db(database.alias, names, mine), values[len(names) :]


@lru_cache
def made_of(model):
    """(names of its attributes, [(place, function)] of those that are converted)"""
    fields = model._meta.concrete_fields
    converted = [(place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return [field.attname for field in fields], converted
