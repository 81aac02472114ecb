-- What lists are read from: the ids of threats by role, type, country and supporting audiences, a row per batch and
-- combination. A B-tree over the threats themselves took a third of the server's time at intake (3.3 s of 10 for a
-- million rows): its entries land on a thousand different pages, these in one row each.
-- A threat whose audience set grows is listed again under the new set; what stands under the old one stays, because
-- whoever may see the old set may see the new one. Readers count an id once.
create table threats.listing (
  operation smallint not null,
  role smallint not null,
  type smallint not null,
  -- From public tables, like threats.threat.country; empty where they know none.
  country text collate "C" not null,
  audience_set integer not null,
  -- Sorted.
  threats uuid[] not null
);
-- Ids do not compress.
alter table threats.listing alter column threats set storage external;
create index listing_by_country on threats.listing (operation, country, role);

insert into threats.listing (operation, role, type, country, audience_set, threats)
select operation, role, type, coalesce(country, ''), audience_set, array_agg(id order by id)
  from threats.threat
 group by operation, role, type, country, audience_set;

drop index threats.threat_by_role_country;
