"""Ground floor: what both the enrolment and the registry stand on."""
