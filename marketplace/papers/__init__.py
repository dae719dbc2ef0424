"""Papers: what a person prints, files or sends on. One description (`paper`), shown as a page or set as a PDF."""
