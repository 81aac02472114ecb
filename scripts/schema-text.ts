import type { Pool } from "pg";

/**
 * The schema of a database as readable SQL in a stable order: for each schema its types, sequences, tables with everything
 * that belongs to them, views, functions and grants. Leaves out the job queue's schema, which is its library's affair.
 */
export async function describeSchema(database: Pool): Promise<string> {
  const parts = [HEAD];
  const { rows: extensions } = await database.query<Line>(EXTENSIONS);
  parts.push(...extensions.map(({ line }) => line));
  const { rows: schemas } = await database.query<{ name: string }>(SCHEMAS);
  for (const { name } of schemas) parts.push(await describeOneSchema(database, name));
  return `${parts.join("\n\n")}\n`;
}

const HEAD = `-- The schema as the migrations leave it. Made by scripts/dump-schema.ts: read it, do not edit it.
-- Owner of everything is muster_owner. Grants are at the end of each schema.`;

interface Line {
  line: string;
}

const OURS = `n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'graphile_worker')`;

/** What belongs to an extension is not ours to describe. */
const NOT_OF_EXTENSION = (oid: string, catalogue: string) =>
  `not exists (select from pg_depend d where d.deptype = 'e' and d.objid = ${oid} and d.classid = '${catalogue}'::regclass)`;

const EXTENSIONS = `
  select format('create extension %I with schema %I;', extname, nspname) as line
    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
   where extname <> 'plpgsql' order by extname`;

const SCHEMAS = `select n.nspname as name from pg_namespace n where ${OURS} and n.nspname <> 'public' order by 1`;

async function describeOneSchema(database: Pool, schema: string): Promise<string> {
  const lines = async (query: string) =>
    (await database.query<Line>(query, [schema])).rows.map(({ line }) => line);
  const sections = [
    [`-- ${schema} ${"-".repeat(Math.max(3, 116 - schema.length))}`, `create schema ${schema};`],
    await lines(TYPES),
    await lines(SEQUENCES),
    await describeTables(database, schema),
    await lines(VIEWS),
    await lines(FUNCTIONS),
    await lines(GRANTS),
  ];
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n");
}

const TYPES = `
  select case t.typtype
           when 'e' then format('create type %s as enum (%s);', t.oid::regtype,
             (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid))
           when 'd' then format('create domain %s as %s%s%s;', t.oid::regtype, format_type(t.typbasetype, t.typtypmod),
             case when t.typnotnull then ' not null' else '' end,
             (select coalesce(string_agg(' ' || pg_get_constraintdef(c.oid), '' order by c.conname), '')
                from pg_constraint c where c.contypid = t.oid and c.contype = 'c'))
           else format('create type %s as (%s);', t.oid::regtype,
             (select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)
                from pg_attribute where attrelid = t.typrelid and attnum > 0 and not attisdropped))
         end as line
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
    left join pg_class c on c.oid = t.typrelid
   where n.nspname = $1 and (t.typtype in ('e', 'd') or (t.typtype = 'c' and c.relkind = 'c'))
     and ${NOT_OF_EXTENSION("t.oid", "pg_type")}
   order by t.typtype, t.typname`;

/** Those of identity columns are said with the column. */
const SEQUENCES = `
  select format('create sequence %s;', c.oid::regclass) as line
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1 and c.relkind = 'S'
     and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')
   order by c.relname`;

const TABLES = `
  select c.oid::int8 as oid, c.oid::regclass::text as name, c.relpersistence = 'u' as unlogged, c.relispartition as "isPartition",
         pg_get_partkeydef(c.oid) as "partitionedBy", pg_get_expr(c.relpartbound, c.oid) as bounds,
         (select inhparent::regclass::text from pg_inherits where inhrelid = c.oid) as parent,
         c.relrowsecurity as rls, c.relforcerowsecurity as "forceRls", c.reloptions as options, obj_description(c.oid, 'pg_class') as comment
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1 and c.relkind in ('r', 'p') and ${NOT_OF_EXTENSION("c.oid", "pg_class")}
   order by c.relname`;

interface Table {
  oid: number;
  name: string;
  unlogged: boolean;
  isPartition: boolean;
  partitionedBy: string | null;
  bounds: string | null;
  parent: string | null;
  rls: boolean;
  forceRls: boolean;
  options: string[] | null;
  comment: string | null;
}

async function describeTables(database: Pool, schema: string): Promise<string[]> {
  const { rows } = await database.query<Table>(TABLES, [schema]);
  const tables: string[] = [];
  for (const table of rows) tables.push(await describeTable(database, table));
  return tables.length > 0 ? [tables.join("\n\n")] : [];
}

async function describeTable(database: Pool, table: Table): Promise<string> {
  const lines = async (query: string) =>
    (await database.query<Line>(query, [table.oid])).rows.map(({ line }) => line);
  const kind = table.unlogged ? "create unlogged table" : "create table";
  const inside = [...(table.isPartition ? [] : await lines(COLUMNS)), ...(await lines(CONSTRAINTS))];
  const body = inside.length > 0 ? ` (\n  ${inside.join(",\n  ")}\n)` : "";
  const from = table.isPartition ? ` partition of ${table.parent}` : "";
  const bounds = table.bounds === null ? "" : ` ${table.bounds}`;
  const by = table.partitionedBy === null ? "" : ` partition by ${table.partitionedBy}`;
  const options = table.options === null ? "" : ` with (${table.options.join(", ")})`;
  return [
    `${kind} ${table.name}${from}${body}${bounds}${by}${options};`,
    ...(table.comment === null
      ? []
      : [`comment on table ${table.name} is '${table.comment.replaceAll("'", "''")}';`]),
    ...(await lines(INDEXES)),
    ...(table.rls ? [`alter table ${table.name} enable row level security;`] : []),
    ...(table.forceRls ? [`alter table ${table.name} force row level security;`] : []),
    ...(await lines(POLICIES)),
    ...(await lines(TRIGGERS)),
  ].join("\n");
}

const COLUMNS = `
  select concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
           case when a.attcollation <> t.typcollation then ' collate ' || (select quote_ident(collname) from pg_collation where oid = a.attcollation) end,
           case when a.attidentity = 'a' then ' generated always as identity'
                when a.attidentity = 'd' then ' generated by default as identity'
                when a.attgenerated = 's' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
                when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) end,
           case when a.attnotnull then ' not null' end) as line
    from pg_attribute a join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
   order by a.attnum`;

/** "not null" is said with the column; newer servers list it as a constraint too. Inherited ones are said with the parent. */
const CONSTRAINTS = `
  select format('constraint %I %s', conname, pg_get_constraintdef(oid)) as line
    from pg_constraint
   where conrelid = $1 and contype <> 'n' and conparentid = 0 and conislocal
   order by array_position(array['p', 'u', 'x', 'f', 'c']::"char"[], contype), conname`;

const INDEXES = `
  select pg_get_indexdef(i.indexrelid) || ';' as line
    from pg_index i join pg_class c on c.oid = i.indexrelid
   where i.indrelid = $1 and not c.relispartition
     and not exists (select from pg_constraint where conindid = i.indexrelid and contype in ('p', 'u', 'x'))
   order by c.relname`;

const POLICIES = `
  select concat('create policy ', quote_ident(polname), ' on ', polrelid::regclass,
           case when not polpermissive then ' as restrictive' end,
           case polcmd when 'r' then ' for select' when 'a' then ' for insert' when 'w' then ' for update' when 'd' then ' for delete' end,
           ' to ', case when polroles = '{0}' then 'public' else (select string_agg(rolname, ', ' order by rolname) from pg_roles where oid = any(polroles)) end,
           ' using (' || pg_get_expr(polqual, polrelid) || ')',
           ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')', ';') as line
    from pg_policy where polrelid = $1 order by polname`;

const TRIGGERS = `
  select pg_get_triggerdef(oid) || ';' as line from pg_trigger where tgrelid = $1 and not tgisinternal order by tgname`;

const VIEWS = `
  select concat('create ', case c.relkind when 'm' then 'materialized ' end, 'view ', c.oid::regclass,
           ' with (' || array_to_string(c.reloptions, ', ') || ')', ' as', chr(10), pg_get_viewdef(c.oid)) as line
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1 and c.relkind in ('v', 'm') and ${NOT_OF_EXTENSION("c.oid", "pg_class")}
   order by c.relname`;

const FUNCTIONS = `
  select rtrim(pg_get_functiondef(p.oid), chr(10)) || ';' as line
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where n.nspname = $1 and p.prokind in ('f', 'p') and ${NOT_OF_EXTENSION("p.oid", "pg_proc")}
   order by p.proname, pg_get_function_identity_arguments(p.oid)`;

/** Who may do what, without the owner's own rights. Rights to single columns stand for themselves. */
const GRANTS = `
  with granted as (
    select 1 as place, n.nspname as name, format('schema %I', n.nspname) as what, a.grantee, a.privilege_type
      from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = $1 and a.grantee <> n.nspowner
    union all
    select 2, c.relname, case c.relkind when 'S' then 'sequence ' else '' end || c.oid::regclass, a.grantee, a.privilege_type
      from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
     where n.nspname = $1 and a.grantee <> c.relowner
    union all
    select 3, c.relname, c.oid::regclass::text, a.grantee, format('%s (%I)', a.privilege_type, t.attname)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
     where n.nspname = $1 and a.grantee <> c.relowner
    union all
    select 4, p.proname, case p.prokind when 'p' then 'procedure ' else 'function ' end || p.oid::regprocedure, a.grantee, a.privilege_type
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace,
           aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
     where n.nspname = $1 and a.grantee <> p.proowner and ${NOT_OF_EXTENSION("p.oid", "pg_proc")}
  )
  select format('grant %s on %s to %s;', string_agg(lower(privilege_type), ', ' order by privilege_type), what,
           case grantee when 0 then 'public' else pg_get_userbyid(grantee)::text end) as line
    from granted group by place, name, what, grantee
   order by place, name, what, case grantee when 0 then '' else pg_get_userbyid(grantee)::text end`;
