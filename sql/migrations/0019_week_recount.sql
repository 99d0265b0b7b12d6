-- It loses a parameter.
DROP FUNCTION IF EXISTS record_count_week(actor_pixels[], actor_pixels[],
                                          bigint, bigint, bigint, integer,
                                          boolean);
