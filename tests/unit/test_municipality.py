"""A municipality's folder: the example loads; what is broken is told by file and line."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.domain.days import SchoolYears, WorkingDays
from shared.municipality import (
    Municipality,
    MunicipalityError,
    Register,
    load_municipality,
    read_people,
    read_register,
    read_units,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "exempelkommun"
ON = date(2027, 3, 1)


@pytest.fixture(scope="module")
def municipality() -> Municipality:
    return load_municipality(EXAMPLE)


@pytest.fixture(scope="module")
def register() -> Register:
    return read_register(EXAMPLE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example to break."""
    return shutil.copytree(EXAMPLE, tmp_path / "kommun")


def test_the_example_municipality_loads(municipality: Municipality) -> None:
    assert municipality.name == "Exempelkommun"
    assert municipality.mail.languages == ("sv", "en")
    assert municipality.mail.reply_address("abc23") == "moten+abc23@exempelkommun.example"
    assert municipality.mail.bounce_address("abc23") == "studs+abc23@exempelkommun.example"


def test_what_is_left_out_of_booking_books_only_by_calendars_that_are_known(folder: Path) -> None:
    change(folder / "municipality.toml", 'mode = "book"', "gap_minutes = 15")
    booking = load_municipality(folder).booking
    assert (booking.mode, booking.gap, booking.fresh, booking.calendar_minutes) == (
        "auto", timedelta(minutes=15), timedelta(hours=24), 15,
    )  # fmt: skip


def test_R49_without_a_phone_of_its_own_a_report_is_made_by_way_of_the_contact_centre(
    municipality: Municipality, folder: Path
) -> None:
    """R49: there is always a number to call first."""
    assert municipality.concern.phone != municipality.contact_centre.phone
    settings = folder / "municipality.toml"
    before, rest = settings.read_text().split("[concern]")
    settings.write_text(before + rest[rest.index('# "book"') :])
    without = load_municipality(folder)
    assert without.concern.phone == municipality.contact_centre.phone
    assert (without.concern.e_service_url, without.concern.documents) == (None, ())


def test_the_example_has_units_of_every_kind(register: Register) -> None:
    kinds = [unit.kind for unit in register.units]
    school_kinds = ("forskola", "f-6", "7-9", "gymnasium")
    assert [kinds.count(kind) for kind in school_kinds] == [4, 6, 3, 1]
    assert {"elevhalsa", "ifo", "polis", "fritid"} <= set(kinds)


def test_every_address_of_the_example_is_fictional(register: Register) -> None:
    domains = {person.email.partition("@")[2] for person in register.people}
    assert domains == {"exempelkommun.example", "polisen.example"}
    assert all(person.phone.startswith("0980-31 92 ") for person in register.people)


def test_x3_a_public_text_of_a_place_names_no_unit(register: Register) -> None:
    words = {word.lower() for unit in register.units for word in unit.name.split()}
    for place in register.places:
        said = place.public_text.lower()
        assert not [word for word in words if len(word) > 3 and word in said], place.code
        assert not [word for word in ("skola", "social", "polis", "barn") if word in said]


@pytest.mark.parametrize(
    "text", ["Socialkontoret, Torggatan 3", "Elevhälsan", "Rum 3, Björkskolan"]
)
def test_X3_a_place_that_would_tell_is_refused_with_its_line(folder: Path, text: str) -> None:
    with (folder / "places.csv").open("a", encoding="utf-8") as places:
        places.write(f'rum,bjorkskolan,"{text}"\n')
    with pytest.raises(MunicipalityError, match="public_text: säger för mycket"):
        read_register(folder)


def test_r26_every_school_unit_has_a_rektor_and_a_place(register: Register) -> None:
    led = {post.unit for post in register.posts if post.role == "rektor"}
    placed = {place.unit for place in register.places}
    schools = {
        unit.code for unit in register.units if unit.kind in {"forskola", "f-6", "7-9", "gymnasium"}
    }
    assert schools <= led
    assert schools <= placed


@pytest.mark.parametrize(
    ("post", "chain"),
    [
        ("rektor-bjorkskolan", ["skolchef"]),
        ("larare-bjorkskolan", ["rektor-bjorkskolan", "skolchef"]),
        ("familjebehandlare-1", ["enhetschef-ifo", "avdelningschef-ifo", "socialchef"]),
        (
            "socialsekreterare-barn-och-unga-1",
            ["enhetschef-ifo", "avdelningschef-ifo", "socialchef"],
        ),
        ("ungdomspolis-1", ["gruppchef-polisen"]),
        ("fritidsledare-knuten-1", ["fritidschef"]),
    ],
)
def test_x2_a_post_reports_upwards(register: Register, post: str, chain: list[str]) -> None:
    above = {one.code: one.reports_to for one in register.posts}
    found = []
    while (over := above[post]) is not None:
        found.append(over)
        post = over
    assert found == chain


def test_x16_nobody_reports_to_another_organisation(register: Register) -> None:
    organisation = {unit.code: unit.organisation for unit in register.units}
    of_post = {post.code: organisation[post.unit] for post in register.posts}
    for post in register.posts:
        if post.reports_to is not None:
            assert of_post[post.reports_to] == of_post[post.code], post.code


def test_the_example_has_a_vacant_post_and_one_that_changes_hands(register: Register) -> None:
    held = {holder.post for holder in register.holders}
    assert [post.code for post in register.posts if post.code not in held] == [
        "kurator-tallasskolan"
    ]
    police = [one for one in register.holders if one.post == "kommunpolis"]
    assert [(one.person, one.last_day, one.capacity) for one in police] == [
        ("charlotte-stahl", date(2027, 5, 31), "holder"),
        ("niklas-hagg", None, "deputy"),
    ]
    hagaskolan = [one for one in register.holders if one.post == "rektor-hagaskolan"]
    assert [(one.person, one.first_day, one.last_day) for one in hagaskolan] == [
        ("bengt-ostlund", date(2015, 8, 1), date(2027, 1, 31)),
        ("sofia-marklund", date(2027, 2, 1), None),
    ]


def test_everybody_in_the_example_holds_a_post(register: Register) -> None:
    assert {person.code for person in register.people} == {one.person for one in register.holders}


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-10-28", "Höstlov (vecka 44)"),
        ("2027-01-07", "Jullov"),
        ("2027-03-03", "Sportlov (vecka 9)"),
        ("2027-03-31", "Påsklov (vecka 13)"),
        ("2027-05-07", "Lovdag"),
        ("2027-07-01", "Sommarlov"),
        ("2027-11-03", "Höstlov (vecka 44)"),
        ("2028-02-29", "Sportlov (vecka 9)"),
        ("2028-04-12", "Påsklov (vecka 15)"),
        ("2028-06-05", "Lovdag"),
    ],
)
def test_the_example_has_the_breaks_of_its_school_years(
    municipality: Municipality, day: str, name: str
) -> None:
    on = date.fromisoformat(day)
    assert municipality.school_years.in_break(on)
    assert [free.name for free in municipality.school_years.breaks if free.covers(on, None)] == [
        name
    ]


def test_a_break_named_after_a_week_lies_in_it(municipality: Municipality) -> None:
    for free in municipality.school_years.breaks:
        if "vecka" in free.name:
            weeks = {day.isocalendar().week for day in (free.first, free.last)}
            assert weeks == {int(free.name.rstrip(")").rpartition(" ")[2])}, free


def test_the_school_years_join_without_a_gap(municipality: Municipality) -> None:
    years = municipality.school_years
    day = years.terms[0].first
    while day <= years.breaks[-1].last:
        in_term = any(term.first <= day <= term.last for term in years.terms)
        assert in_term or years.in_break(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", [0, 1])
@pytest.mark.parametrize("unit", ["almskolan", "centralskolan", "exempelgymnasiet"])
def test_a_school_year_has_the_days_the_school_ordinance_asks_for(
    municipality: Municipality, year: int, unit: str
) -> None:
    """Skolförordningen (2011:185) 3 kap. 2-3 §§: at least 178 school days, at least 12 free."""
    years: SchoolYears = municipality.school_years
    autumn, spring = years.terms[2 * year : 2 * year + 2]
    days = list(WorkingDays().between(autumn.first, spring.last))
    free = [day for day in days if years.in_break(day, unit)]
    assert 178 <= len(days) - len(free) <= 190
    assert len(free) >= 12


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("municipality.toml", 'mode = "book"', 'mode = "always"', "booking.mode: Input should be"),
        ("municipality.toml", 'mode = "book"', "gap_minutes = 61", "booking.gap_minutes: Input"),
        ("municipality.toml", "grid_minutes", "grid", "booking.hours.grid: Extra inputs"),
        (
            "municipality.toml",
            "outer_start = 07",
            "outer_start = 09",
            "booking.hours: outer_start and outer_end must lie around the hours",
        ),
        (
            "municipality.toml",
            "start = 08",
            "start = 18",
            "booking.hours: start must be before end",
        ),
        ("municipality.toml", "moten+{token}@", "moten@", "mail.reply_pattern: needs {token} once"),
        (
            "municipality.toml",
            '"moten@exem',
            '"möten@exem',
            "mail.from_address: not a mail address",
        ),
        ("municipality.toml", '["sv", "en"]', '["sv", "fi"]', "mail.languages.1: Input should be"),
        (
            "municipality.toml",
            "https://e-",
            "http://e-",
            "concern.e_service_url: must be an address",
        ),
        (
            "municipality.toml",
            "https://www.exempelkommun.example/oro/handlingsplan.pdf",
            "javascript:alert(1)",
            "concern.documents.0.url: must be an address",
        ),
        ("municipality.toml", "[mail]", "[mail", "can't be read: "),
        (
            "school_years.toml",
            "last = 2026-10-30",
            "last = 2026-10-20",
            "years.0.breaks.1: last is",
        ),
        ("school_years.toml", "2026-10-30", '"2026-10-30"', "years.0.breaks.1.last: Input should"),
        ("school_years.toml", '"tallasskolan"', '"Tallåsskolan"', "years.0.breaks.2.units.2: Str"),
    ],
)
def test_a_broken_setting_is_named_by_file_and_key(
    folder: Path, file: str, old: str, new: str, problem: str
) -> None:
    change(folder / file, old, new)
    with pytest.raises(MunicipalityError) as refusal:
        load_municipality(folder)
    assert len(refusal.value.problems) == 1
    assert refusal.value.problems[0].startswith(f"{folder / file}: {problem}")


def test_everything_that_is_wrong_is_told_at_once(folder: Path) -> None:
    change(folder / "municipality.toml", 'mode = "book"', 'mode = "always"')
    (folder / "school_years.toml").unlink()
    (folder / "procedures" / "samverkansmote.toml").write_text("title = 1")
    with pytest.raises(MunicipalityError) as refusal:
        load_municipality(folder)
    files = [Path(problem.partition(": ")[0]).name for problem in refusal.value.problems]
    assert files == ["municipality.toml", "school_years.toml", "samverkansmote.toml"]


@pytest.mark.parametrize(
    ("file", "row", "problem"),
    [
        (
            "units.csv",
            "ny-skola,Nya skolan,f-7,school,",
            ", kolumn kind: okänd kod; de som finns är forvaltning",
        ),
        (
            "units.csv",
            "ny-skola,Nya skolan,f-6,church,",
            ", kolumn organisation: okänd kod; de som",
        ),
        (
            "units.csv",
            "Ny skola,Nya skolan,f-6,school,",
            ", kolumn code: ska vara en kod: bara a–z",
        ),
        ("units.csv", "ny-skola,,f-6,school,", ", kolumn name: får inte vara tomt"),
        (
            "units.csv",
            "ny-skola,Nya skolan,f-6,school,borta",
            ", kolumn parent: 'borta' finns inte i units.csv",
        ),
        ("units.csv", "ny-skola,Nya skolan,f-6,school,,,x", ": har fler celler än"),
        ("units.csv", "almskolan,Almskolan,f-6,school,", ", kolumn code: är samma som på rad 11"),
        ("units.csv", "ny,Nya,f-6,school,ny", ", kolumn parent: leder runt i en cirkel"),
        ("places.csv", "rum,borta,Rum 1", ", kolumn unit: 'borta' finns inte i units.csv"),
        ("people.csv", "bo-ek,Bo Ek,bo.ek,", ", kolumn email: är ingen e-postadress"),
        ("people.csv", "bo-ek,Bo Ek,bö.ek@exempelkommun.example,", ", kolumn email: är ingen"),
        (
            "people.csv",
            "bo-ek,Bo Ek,Anna.Lindqvist@exempelkommun.example,",
            ", kolumn email: är samma",
        ),
        ("people.csv", "bo-ek,Bo Ek,bo@exempelkommun.example,ring!", ", kolumn phone: ska vara"),
        ("posts.csv", "ny,rektr,almskolan,", ", kolumn role: okänd kod; de som finns är"),
        (
            "posts.csv",
            "ny,rektor,almskolan,borta",
            ", kolumn reports_to: 'borta' finns inte i posts.csv",
        ),
        ("holders.csv", "borta,anna-lindqvist,2026-01-01,", ", kolumn post: 'borta' finns inte"),
        ("holders.csv", "skolchef,bo-ek,2026-01-01,", ", kolumn person: 'bo-ek' finns inte"),
        (
            "holders.csv",
            "kurator-tallasskolan,anna-lindqvist,1/2 2026,",
            ", kolumn first_day: ska vara en dag",
        ),
        (
            "holders.csv",
            "kurator-tallasskolan,anna-lindqvist,2026-02-01,2026-01-01",
            ": last_day ligger före first_day",
        ),
        (
            "holders.csv",
            "skolchef,anna-lindqvist,2026-01-01,",
            ", kolumn first_day: en annan innehavare",
        ),
    ],
)
def test_a_broken_row_is_named_by_file_line_and_column(
    folder: Path, file: str, row: str, problem: str
) -> None:
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    line = len(path.read_text(encoding="utf-8").splitlines())
    with pytest.raises(MunicipalityError) as refusal:
        read_register(folder)
    assert refusal.value.problems[0].startswith(f"{file}, rad {line}{problem}")


def test_an_error_about_a_person_does_not_repeat_what_stands_there(folder: Path) -> None:
    (folder / "people.csv").write_text("code,name,email,phone\nx,Bo Ek,bo.ek@@hemma,070-hemligt\n")
    with pytest.raises(MunicipalityError) as refusal:
        read_people(folder)
    assert len(refusal.value.problems) == 2
    assert "hemma" not in str(refusal.value)
    assert "hemligt" not in str(refusal.value)


def test_the_problems_of_all_files_and_lines_are_told_at_once(folder: Path) -> None:
    (folder / "places.csv").unlink()
    (folder / "people.csv").write_bytes(b"code,name,email,phone\nx,\xe5ke,x@y.example,\n")
    (folder / "units.csv").write_text("code,name,kind\n")
    (folder / "posts.csv").write_text("code,role,unit,reports_to\nA,x,y,\nb,y,,\n")
    with pytest.raises(MunicipalityError) as refusal:
        read_register(folder)
    assert [problem.partition(":")[0] for problem in refusal.value.problems] == [
        "units.csv, rad 1",
        "places.csv",
        "people.csv",
        *("posts.csv, rad 2, kolumn code", "posts.csv, rad 2, kolumn role"),
        *("posts.csv, rad 3, kolumn role", "posts.csv, rad 3, kolumn unit"),
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("kommunpolis,mona-lahti,2027-03-01,,deputy", "en annan ersättare finns kvar då"),
        ("kommunpolis,mona-lahti,2027-01-01,2027-05-31,", "en annan innehavare finns kvar då"),
        ("kurator-tallasskolan,sara-abdi,2026-01-01,,boss", "okänd kod; de som finns är holder"),
    ],
)
def test_r21_a_post_has_one_holder_and_one_deputy_at_a_time(
    folder: Path, row: str, problem: str
) -> None:
    path = folder / "holders.csv"
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    with pytest.raises(MunicipalityError) as refusal:
        read_register(folder)
    assert [problem in one for one in refusal.value.problems] == [True]


def test_the_column_of_deputies_may_be_left_out(folder: Path) -> None:
    path = folder / "holders.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line.rpartition(",")[0] for line in lines if not line.endswith("deputy")]
    path.write_text("\n".join(kept), encoding="utf-8")
    assert {holder.capacity for holder in read_register(folder).holders} == {"holder"}


def test_a_file_that_excel_has_saved_in_another_encoding_is_told_how_to_save(folder: Path) -> None:
    path = folder / "units.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    with pytest.raises(MunicipalityError) as refusal:
        read_register(folder)
    assert refusal.value.problems[0].startswith("units.csv: filen är inte sparad som UTF-8.")
    assert "«CSV UTF-8 (kommaavgränsad)»" in refusal.value.problems[0]


def test_lines_with_nothing_but_separators_are_passed_over(folder: Path) -> None:
    path = folder / "units.csv"
    before = read_units(folder)
    path.write_text(path.read_text(encoding="utf-8") + ",,,,\r\n\r\n", encoding="utf-8")
    assert read_units(folder) == before


def test_a_quotation_mark_that_is_left_open_is_told(folder: Path) -> None:
    path = folder / "units.csv"
    path.write_text(path.read_text(encoding="utf-8") + 'ny,"Nya,f-6,school,\n', encoding="utf-8")
    with pytest.raises(MunicipalityError) as refusal:
        read_units(folder)
    assert "ett citattecken är inte avslutat" in refusal.value.problems[0]


def test_a_file_saved_by_swedish_excel_is_read(folder: Path) -> None:
    path = folder / "units.csv"
    before = read_units(folder)
    text = path.read_text(encoding="utf-8").replace(",", ";").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_units(folder) == before


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
