"""What keeps the numbers without gaps and the documents as they were issued, whoever writes to the tables."""

from django.db import migrations

# A series starts at zero and counts by one. At commit the document of the last number exists: no number is lost.
SERIES = """
CREATE FUNCTION document_series_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.last_number <> 0 THEN
        RAISE EXCEPTION 'documents: a series starts at zero' USING ERRCODE = 'integrity_constraint_violation';
    ELSIF TG_OP = 'UPDATE' AND ((NEW.id, NEW.kind, NEW.year) IS DISTINCT FROM (OLD.id, OLD.kind, OLD.year)
            OR NEW.last_number <> OLD.last_number + 1) THEN
        RAISE EXCEPTION 'documents: a series counts by one' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_series_counts BEFORE INSERT OR UPDATE ON payments_documentseries
    FOR EACH ROW EXECUTE FUNCTION document_series_counts();

CREATE FUNCTION document_number_is_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM payments_document WHERE series_id = NEW.id AND number = NEW.last_number) THEN
        RAISE EXCEPTION 'documents: number % of a series has no document', NEW.last_number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER document_number_is_used AFTER UPDATE ON payments_documentseries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION document_number_is_used();
"""

# The number of a new document is the one that its series has just counted to.
NUMBER = """
CREATE FUNCTION document_takes_the_next_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM payments_documentseries
        WHERE id = NEW.series_id AND kind = NEW.kind AND last_number = NEW.number
    ) THEN
        RAISE EXCEPTION 'documents: % is not the next number', NEW.reference
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_takes_the_next_number BEFORE INSERT ON payments_document
    FOR EACH ROW EXECUTE FUNCTION document_takes_the_next_number();
"""

# A mistake is corrected by another document.
FROZEN = """
CREATE FUNCTION document_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'documents: what was issued stays as it is' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER document_is_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON payments_document
    FOR EACH STATEMENT EXECUTE FUNCTION document_is_frozen();
CREATE TRIGGER document_series_stays BEFORE DELETE OR TRUNCATE ON payments_documentseries
    FOR EACH STATEMENT EXECUTE FUNCTION document_is_frozen();
"""

UNDO = """
DROP TRIGGER document_series_stays ON payments_documentseries;
DROP TRIGGER document_is_frozen ON payments_document;
DROP TRIGGER document_takes_the_next_number ON payments_document;
DROP TRIGGER document_number_is_used ON payments_documentseries;
DROP TRIGGER document_series_counts ON payments_documentseries;
DROP FUNCTION document_is_frozen(), document_takes_the_next_number(), document_number_is_used(),
    document_series_counts();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_documents")]

    operations = [migrations.RunSQL("".join([SERIES, NUMBER, FROZEN]), UNDO)]
