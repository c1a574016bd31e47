"""The form of a module's inputs: from a variable to a field, from the field to a widget, and back to a value.

Variable: `form.py` takes a version's schema, leaves out the variables that the person may not see, and asks
    `fields.field_for` for the field of each other variable. `steps.py` groups the fields, and folds the optional ones
    of a large form. `answers()` returns the plain values of a valid form, `secrets()` the sensitive values whose own
    field is valid.
Field: `fields.py` parses the variable's type, chooses the class of its field, and has the rules for blank, default
    and null. `plain_fields.py` has the fields of primitives and of lists, sets and maps of them; `fields.py` those of
    sensitive values, of JSON or HCL, and of nested values.
Widget: a field draws itself with a widget of Django, of `widgets.py`, or, when its value is nested, of
    `nested_widget.py`. That widget draws and reads a tree of what was typed; `editors.py` has one editor for each type,
    which turns a value into a tree, a post into a tree, and a tree into a value or errors. `input_names.py` names the
    inputs of a tree (`in-users.0.name`) and sorts a post by these names.
Value: `values.py` converts text (a number, JSON, a literal of HCL) to a JSON value and back, and checks a value against
    a type. Its BLANK means that nothing was given. `conversions.py` converts a value to its type and compares two
    values as Terraform does.

The form works without script: Add and × submit it, `widgets.rearranged` returns the post with one row added or
removed, and the form shows the result without validating it. A row is one element of a list, set or map on the page.

Imports go one way: form → fields and steps → plain_fields and nested_widget → widgets and editors → input_names and
conversions → values. `editors.py`, `input_names.py`, `conversions.py` and `values.py` know nothing of Django, and no
file here reads or writes the database.
"""
