CREATE TABLE charges (
    id bigint PRIMARY KEY,
    amount bigint NOT NULL,
    made timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE refunds (
    id bigint PRIMARY KEY,
    charge bigint NOT NULL REFERENCES charges (id)
);
