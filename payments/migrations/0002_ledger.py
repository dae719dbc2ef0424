"""What keeps the ledger true whoever writes to it, this code included. docs/payments.md says what each rule prevents."""

from django.db import migrations

# A balance starts at zero and moves only through entries; what an account is never changes; accounts stay.
ACCOUNT = """
CREATE FUNCTION ledger_account_opens_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.balance <> 0 THEN
        RAISE EXCEPTION 'ledger: an account opens with a balance of zero' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_opens_empty BEFORE INSERT ON payments_ledgeraccount
    FOR EACH ROW EXECUTE FUNCTION ledger_account_opens_empty();

CREATE FUNCTION ledger_account_is_derived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.currency, NEW.normal, NEW.allow_negative)
        IS DISTINCT FROM (OLD.id, OLD.code, OLD.currency, OLD.normal, OLD.allow_negative) THEN
        RAISE EXCEPTION 'ledger: what an account is never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.balance <> OLD.balance AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'ledger: a balance follows from its entries' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_is_derived BEFORE UPDATE ON payments_ledgeraccount
    FOR EACH ROW EXECUTE FUNCTION ledger_account_is_derived();
"""

# Each transaction remembers the database transaction that wrote it: nothing can be added to it later.
TRANSACTION = """
CREATE FUNCTION ledger_transaction_opens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.database_transaction := txid_current();
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_transaction_opens BEFORE INSERT ON payments_ledgertransaction
    FOR EACH ROW EXECUTE FUNCTION ledger_transaction_opens();
"""

# An entry has the currency of its account and moves its balance. The CHECK on the account refuses an overdraft.
ENTRY = """
CREATE FUNCTION ledger_entry_applies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM payments_ledgertransaction
        WHERE id = NEW.transaction_id AND database_transaction = txid_current()
    ) THEN
        RAISE EXCEPTION 'ledger: a transaction takes no entries later' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE payments_ledgeraccount SET balance = balance + NEW.amount * normal
        WHERE id = NEW.account_id AND currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger: the entry is not in the currency of its account'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_applies AFTER INSERT ON payments_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_applies();
"""

# At commit: at least two entries, and a sum of zero in every currency. Checked from both ends, so that neither a
# transaction without entries nor an early SET CONSTRAINTS gets around it.
BALANCED = """
CREATE FUNCTION ledger_must_balance(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM payments_ledgerentry WHERE transaction_id = checked) < 2
        OR EXISTS (
            SELECT 1 FROM payments_ledgerentry WHERE transaction_id = checked GROUP BY currency HAVING sum(amount) <> 0
        ) THEN
        RAISE EXCEPTION 'ledger: transaction % does not balance', checked
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;
CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM ledger_must_balance(NEW.transaction_id); RETURN NULL; END $$;
CREATE FUNCTION ledger_transaction_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM ledger_must_balance(NEW.id); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON payments_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();
CREATE CONSTRAINT TRIGGER ledger_transaction_balances AFTER INSERT ON payments_ledgertransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transaction_balances();
"""

# History is never rewritten: a correction is another transaction.
APPEND_ONLY = """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger: % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_transaction_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments_ledgertransaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_account_stays BEFORE DELETE OR TRUNCATE ON payments_ledgeraccount
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
"""

UNDO = """
DROP TRIGGER ledger_account_stays ON payments_ledgeraccount;
DROP TRIGGER ledger_transaction_is_append_only ON payments_ledgertransaction;
DROP TRIGGER ledger_entry_is_append_only ON payments_ledgerentry;
DROP TRIGGER ledger_transaction_balances ON payments_ledgertransaction;
DROP TRIGGER ledger_entry_balances ON payments_ledgerentry;
DROP TRIGGER ledger_entry_applies ON payments_ledgerentry;
DROP TRIGGER ledger_transaction_opens ON payments_ledgertransaction;
DROP TRIGGER ledger_account_is_derived ON payments_ledgeraccount;
DROP TRIGGER ledger_account_opens_empty ON payments_ledgeraccount;
DROP FUNCTION ledger_is_append_only(), ledger_transaction_balances(), ledger_entry_balances(),
    ledger_must_balance(bigint), ledger_entry_applies(), ledger_transaction_opens(), ledger_account_is_derived(),
    ledger_account_opens_empty();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RunSQL("".join([ACCOUNT, TRANSACTION, ENTRY, BALANCED, APPEND_ONLY]), UNDO),
    ]
