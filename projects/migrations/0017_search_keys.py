"""What a project must have for a saved search to fit it, as keys of an index: so a project that opens is held against
the few searches that may fit, not against all that were ever saved.

A key is "t" and a token, or "w" and a word of the text as the index has it. Any one condition of a search will do, as
all of them must hold: the organization or the competencies, which few projects have; else the longest word, or each
where any of several will do; else another filter. A search without a key ("-excel") is held against every project.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

KEYS = r"""
CREATE FUNCTION projects_search_keys(words text, tokens jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    WITH asked AS (
        SELECT querytree(websearch_to_tsquery('english', words)) AS tree, (
            SELECT name FROM unnest(ARRAY['organization', 'skill', 'field', 'level', 'hours', 'pay', 'where'])
                WITH ORDINALITY one (name, number) WHERE tokens ? name ORDER BY number LIMIT 1
        ) AS first
    ), lexemes AS (
        SELECT found[1] AS word, tree LIKE '%|%' AS is_any
        FROM asked, regexp_matches(tree, '''([^'']+)''', 'g') found
        WHERE tree !~ '''''|\\'  -- a word with such a sign is written otherwise there
    )
    SELECT CASE
        WHEN first IN ('organization', 'skill') OR (first IS NOT NULL AND NOT EXISTS (SELECT FROM lexemes))
            THEN ARRAY(SELECT 't' || token FROM jsonb_array_elements_text(tokens -> first) token)
        WHEN EXISTS (SELECT FROM lexemes)
            THEN ARRAY(SELECT 'w' || word FROM lexemes ORDER BY length(word) DESC, word
                       LIMIT CASE WHEN (SELECT bool_or(is_any) FROM lexemes) THEN NULL ELSE 1 END)
        ELSE ARRAY['*']
    END FROM asked
$$;

CREATE FUNCTION projects_listing_keys(tokens integer[], document tsvector) RETURNS text[] LANGUAGE sql IMMUTABLE
RETURN ARRAY['*'] || ARRAY(SELECT 't' || token FROM unnest(tokens) token)
    || ARRAY(SELECT 'w' || word FROM unnest(tsvector_to_array(document)) word);
"""
DROP = "DROP FUNCTION projects_listing_keys; DROP FUNCTION projects_search_keys;"


class Migration(migrations.Migration):
    dependencies = [("projects", "0016_headline")]
    operations = [
        migrations.RunSQL(KEYS, DROP),
        migrations.AddField(
            "savedsearch",
            "keys",
            models.GeneratedField(
                db_persist=True,
                expression=models.Func(models.F("text"), models.F("tokens"), function="projects_search_keys"),
                output_field=django.contrib.postgres.fields.ArrayField(models.TextField()),
            ),
        ),
        migrations.RemoveIndex("savedsearch", "saved_search_instant"),
        migrations.AddIndex(
            "savedsearch",
            django.contrib.postgres.indexes.GinIndex(
                fields=["keys"], name="saved_search_keys", fastupdate=False, condition=models.Q(pace="instant")
            ),
        ),
    ]
