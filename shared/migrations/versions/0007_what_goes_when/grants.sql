-- The functions check for themselves what may go; no table of what was done can be deleted from otherwise.
GRANT SELECT, INSERT, UPDATE ON cases.holds TO samspel_cases;
REVOKE ALL ON FUNCTION cases.erase_case, cases.erase_person, cases.let_go_of, cases.portions, cases.traces,
  cases.erase_old, cases.tasks_may_go, cases.event_is_done, cases.addresses_of, cases.addresses_alone_of,
  cases_api.held, cases_api.held_addresses, notifier_api.erase_old, notifier.is_of_held,
  notifier.came_from_held, notifier_api.have_held, notifier_api.addresses_of, notifier_api.names,
  notifier_api.is_under_way, notifier_api.erase, notifier_api.of_case,
  notifier_api.of_person, scheduler_api.erase, scheduler_api.of_case, scheduler_api.of_person FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases.erase_case, cases.erase_person, cases.erase_old, cases.portions,
  cases.traces, cases.addresses_alone_of, notifier_api.of_case, notifier_api.of_person, scheduler_api.of_case,
  scheduler_api.of_person TO samspel_cases;
GRANT EXECUTE ON FUNCTION cases_api.held, cases_api.held_addresses, notifier.is_of_held,
  notifier.came_from_held TO samspel_notifier;
