"""A family and its case, as the stories of the whole of Samspel tell them."""

from tests.support.house import House, Json

GUARDIANS = ("petra@hemma.example", "jonas@hemma.example")


def open_a_case(house: House) -> Json:
    owner = next(p for p in house.people("rektor") if p["code"] == "anna-lindqvist")
    therapist = next(p for p in house.people("familjebehandlare") if p["code"] == "asa-hallberg")
    return house.post(
        "cases",
        {
            "procedure": "samverkansmote",
            "known_on": "2027-03-01",
            "initiator": owner["id"],
            "child": {
                "name": "Linnea Ekdahl",
                "birth_date": "2014-05-02",
                "unit": "bjorkskolan",
                "email": None,
                "protected": False,
            },
            "guardians": [
                {
                    "name": "Förälder Ekdahl",
                    "email": address,
                    "language": "sv",
                    "custody": True,
                    "protected": False,
                }
                for address in GUARDIANS
            ],
            "participants": [therapist["id"]],
        },
        status=201,
    )


def the_meeting(house: House, case_id: str, step: str) -> Json:
    case = house.get(f"cases/{case_id}")
    return next(m for m in case["meetings"] if m["step"] == step)
