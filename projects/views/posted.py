"""The body of a POST, an empty one included: an empty form is bound too, and says what is missing."""


def posted(request):
    return request.POST if request.method == "POST" else None
