-- The functions check for themselves what may go; no table of what was done can be deleted from otherwise.
GRANT SELECT, INSERT, UPDATE ON cases.holds TO samspel_cases;
REVOKE ALL ON FUNCTION cases.erase_case, cases.erase_person, cases.let_go_of, cases.traces,
  cases.erase_old, cases.event_is_done, notifier_api.erase_old,
  notifier_api.is_under_way, notifier_api.erase, notifier_api.of_case,
  notifier_api.of_person, scheduler_api.erase, scheduler_api.of_case, scheduler_api.of_person FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases.erase_case, cases.erase_person, cases.erase_old, cases.traces,
  notifier_api.of_case, notifier_api.of_person, scheduler_api.of_case, scheduler_api.of_person
  TO samspel_cases;
