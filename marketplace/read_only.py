"""What an admin that only shows things is made of."""


class ReadOnly:
    """Look, but nothing to add, change or remove by hand. Goes before ModelAdmin or an inline."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
