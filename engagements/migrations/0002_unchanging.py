"""What was delivered, asked for and reviewed stays as it was: no row of these is edited or removed.

A review may only be published, once. TRUNCATE (tests) is not concerned.
"""

from django.db import migrations

UP = """
CREATE FUNCTION engagements_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION engagements_review_only_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.published_at IS NOT NULL
     OR (OLD.engagement_id, OLD.side, OLD.author_id, OLD.rating, OLD.again, OLD.text, OLD.written_at)
        IS DISTINCT FROM (NEW.engagement_id, NEW.side, NEW.author_id, NEW.rating, NEW.again, NEW.text, NEW.written_at)
  THEN
    RAISE EXCEPTION 'a review is never changed or removed, only published once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER delivery_unchanging BEFORE UPDATE OR DELETE ON engagements_delivery
  FOR EACH ROW EXECUTE FUNCTION engagements_refuse_change();
CREATE TRIGGER change_request_unchanging BEFORE UPDATE OR DELETE ON engagements_changerequest
  FOR EACH ROW EXECUTE FUNCTION engagements_refuse_change();
CREATE TRIGGER change_request_item_unchanging BEFORE UPDATE OR DELETE ON engagements_changerequestitem
  FOR EACH ROW EXECUTE FUNCTION engagements_refuse_change();
CREATE TRIGGER verified_competency_unchanging BEFORE UPDATE OR DELETE ON engagements_verifiedcompetency
  FOR EACH ROW EXECUTE FUNCTION engagements_refuse_change();
CREATE TRIGGER review_only_published BEFORE UPDATE OR DELETE ON engagements_review
  FOR EACH ROW EXECUTE FUNCTION engagements_review_only_published();
"""

DOWN = """
DROP TRIGGER delivery_unchanging ON engagements_delivery;
DROP TRIGGER change_request_unchanging ON engagements_changerequest;
DROP TRIGGER change_request_item_unchanging ON engagements_changerequestitem;
DROP TRIGGER verified_competency_unchanging ON engagements_verifiedcompetency;
DROP TRIGGER review_only_published ON engagements_review;
DROP FUNCTION engagements_refuse_change();
DROP FUNCTION engagements_review_only_published();
"""


class Migration(migrations.Migration):
    dependencies = [("engagements", "0001_initial")]
    operations = [migrations.RunSQL(UP, DOWN)]
