-- Imports are staged in parts; what they were before goes.

DROP FUNCTION IF EXISTS import_stage(bigint);
DROP FUNCTION IF EXISTS import_index(bigint);
DROP FUNCTION IF EXISTS import_attach();
DROP FUNCTION IF EXISTS import_live(bigint, bigint);
DROP FUNCTION IF EXISTS import_archive(bigint, text, text, text, bigint,
                                       bigint, bigint, bigint, text, bytea,
                                       integer, integer, integer, text[]);
