-- The same check without a call: num_nonnulls() was a fifth of COPY.
ALTER TABLE pixel_events
    DROP CONSTRAINT pixel_events_one_actor,
    ADD CONSTRAINT pixel_events_one_actor
        CHECK (user_id IS NULL OR agent_id IS NULL);
