"""What is to be mended is told by what the field is called, wherever the summary stands."""

import pytest

from services.cases.web.templating import named, templates, written

FORM = (
    '{% from "mend.html" import summary with context %}'
    '{{ summary("Rätta", (("day", "Välj en dag."), ("page", "Läs in sidan på nytt."))) }}'
    '<label for="day">{{ labels.keep("day", "Dag") }}</label>'
)


@pytest.mark.parametrize(
    ("label", "said", "told"),
    [
        ("Startdatum", "Välj en dag.", "Startdatum: välj en dag."),
        ("Vem frågar?", "Välj ett av alternativen.", "Vem frågar? Välj ett av alternativen."),
        ("Årskurs", "SSPF gäller årskurs 4 till 9.", "Årskurs: SSPF gäller årskurs 4 till 9."),
        ("Title", "I can't be empty.", "Title: I can't be empty."),
    ],
)
def test_what_is_wrong_comes_after_what_the_field_is_called(
    label: str, said: str, told: str
) -> None:
    assert named(label, said) == told


def test_a_summary_above_its_fields_names_each_and_leads_to_it() -> None:
    html = written(templates().from_string(FORM))
    assert '<a href="#day">Dag: välj en dag.</a>' in html


def test_what_is_about_no_field_leads_nowhere() -> None:
    html = written(templates().from_string(FORM))
    assert "<li>Läs in sidan på nytt.</li>" in html


def test_the_summary_has_the_focus_as_the_page_comes() -> None:
    html = written(templates().from_string(FORM))
    assert 'role="alert" id="fel" tabindex="-1" autofocus' in html


@pytest.mark.parametrize(
    "page", ["accessibility.html", "concern.html", "inquiry.html", "person.html"]
)
def test_pages_without_a_login_have_one_frame(page: str) -> None:
    environment = templates()
    assert environment.loader is not None
    source, _, _ = environment.loader.get_source(environment, page)
    assert '{% extends "public.html" %}' in source
    assert "<head>" not in source
