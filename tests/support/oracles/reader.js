// Reads a calendar with ical.js and says what it found as JSON. Instants are seconds since 1970.
"use strict";

// RFC 7986 is newer than what ical.js knows of.
ICAL.design.icalendar.property["name"] = { defaultType: "text" };
ICAL.design.icalendar.property["x-wr-calname"] = { defaultType: "text" };

function readCalendar(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const lost = calendar.getAllSubcomponents().map((one) => one.name)
    .filter((name) => name !== "vevent" && name !== "vtimezone");
  if (calendar.name !== "vcalendar" || lost.length) {
    throw new Error("not a calendar of events: " + calendar.name + " " + lost);
  }
  required(calendar, "prodid");
  if (required(calendar, "version") !== "2.0") {
    throw new Error("another version");
  }
  return JSON.stringify({
    method: value(calendar, "method"),
    name: value(calendar, "name"),
    refresh: seconds(value(calendar, "refresh-interval")),
    shown_name: value(calendar, "x-wr-calname"),
    published_ttl: value(calendar, "x-published-ttl"),
    events: calendar.getAllSubcomponents("vevent").map(event),
  });
}

function event(from) {
  return {
    uid: required(from, "uid"),
    stamp: required(from, "dtstamp") && moment(from, "dtstamp"),
    starts: moment(from, "dtstart"),
    ends: moment(from, "dtend"),
    sequence: value(from, "sequence"),
    created: moment(from, "created"),
    changed: moment(from, "last-modified"),
    summary: value(from, "summary"),
    description: value(from, "description"),
    location: value(from, "location"),
    url: value(from, "url"),
    status: value(from, "status"),
    transparency: value(from, "transp"),
    classification: value(from, "class"),
    organizer: all(from, "organizer").map(party)[0] ?? null,
    attendees: all(from, "attendee").map(party),
    comments: all(from, "comment").map((one) => one.getFirstValue()),
    alarms: from.getAllSubcomponents("valarm").map(alarm),
  };
}

function party(property) {
  return {
    address: property.getFirstValue(),
    name: property.getFirstParameter("cn") ?? null,
    user_type: property.getFirstParameter("cutype") ?? null,
    role: property.getFirstParameter("role") ?? null,
    partstat: property.getFirstParameter("partstat") ?? null,
    rsvp: property.getFirstParameter("rsvp") === "TRUE",
  };
}

function alarm(from) {
  return {
    action: required(from, "action"),
    trigger: seconds(required(from, "trigger")),
    description: value(from, "description"),
  };
}

function all(from, name) {
  return from.getAllProperties(name);
}

function value(from, name) {
  const found = from.getFirstProperty(name);
  if (found === null) {
    return null;
  }
  const times = from.jCal[1].filter((property) => property[0] === name).length;
  if (times > 1) {
    throw new Error(name + " stands there " + times + " times");
  }
  return found.getFirstValue();
}

function required(from, name) {
  const found = value(from, name);
  if (found === null) {
    throw new Error(from.name + " has no " + name);
  }
  return found;
}

// The zone is the one that ical.js has found for the TZID among the calendar's own VTIMEZONE.
function moment(from, name) {
  const time = value(from, name);
  if (time === null) {
    return null;
  }
  if (time.isDate) {
    return time.toString();
  }
  if (time.zone === ICAL.Timezone.localTimezone) {
    throw new Error(name + " belongs to no time zone");
  }
  return time.toUnixTime();
}

function seconds(duration) {
  return duration === null ? null : duration.toSeconds();
}
