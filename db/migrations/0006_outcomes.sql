-- Figures as they were stated. A correction is a new row; an old one is never changed (C-24).
create schema outcomes;

create table outcomes.figure (
  id integer generated always as identity primary key,
  operation smallint not null,
  figure text not null,
  rules text not null,
  as_of timestamptz not null,
  reader text not null,
  value bigint not null,
  qualifier text not null,
  by_country jsonb not null,
  by_family jsonb,
  inputs_sha256 text not null,
  objects_sha256 text not null,
  stated_at timestamptz not null default now(),
  -- The statement of the same figure, instant and reader that this one corrects.
  corrects integer references outcomes.figure
);
create index figure_by_definition on outcomes.figure (operation, figure, as_of, reader, id);
