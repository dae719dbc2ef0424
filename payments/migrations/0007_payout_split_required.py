import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_earlier_splits")]

    operations = [
        migrations.AlterField(
            model_name="payout",
            name="split",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="payout", to="payments.split"
            ),
        ),
    ]
