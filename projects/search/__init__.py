"""Browse and search: filters (what the reader asked), facets (what else there is), order and pages."""
