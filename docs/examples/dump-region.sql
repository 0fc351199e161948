-- Dumps one region as of one instant: REGION.dump, its schema, for pg_restore; REGION-public.sql, its rows of `public`,
-- for psql. Run it where the files shall lie, with PGHOST, PGDATABASE, PGUSER and so on set for the owner:
--   psql -X -q -v ON_ERROR_STOP=1 -v region=tianjin -f …/docs/examples/dump-region.sql
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv REGION :region
\setenv SNAPSHOT :snapshot
\! pg_dump --format=custom --snapshot="$SNAPSHOT" --schema="$REGION" --file="$REGION.dump"
\if :SHELL_ERROR
  DO $$ BEGIN RAISE 'pg_dump failed'; END $$;
\endif

\o :region-public.sql
\qecho 'CREATE TEMP TABLE of_region (LIKE public.region) ON COMMIT DROP;'
\qecho 'COPY of_region FROM stdin;'
COPY (SELECT * FROM public.region WHERE code = :'region') TO STDOUT;
\qecho '\\.'
\qecho 'CREATE TEMP TABLE of_identity (LIKE public.identity) ON COMMIT DROP;'
\qecho 'COPY of_identity FROM stdin;'
COPY (
    SELECT * FROM public.identity WHERE id IN (
        SELECT identity_id FROM public.identity_region WHERE region_code = :'region'
        UNION SELECT identity_id FROM :"region".account
    )
) TO STDOUT;
\qecho '\\.'
\qecho 'CREATE TEMP TABLE of_identity_region (LIKE public.identity_region) ON COMMIT DROP;'
\qecho 'COPY of_identity_region FROM stdin;'
COPY (SELECT * FROM public.identity_region WHERE region_code = :'region') TO STDOUT;
\qecho '\\.'
\qecho 'CREATE TEMP TABLE of_phone_route (LIKE public.phone_route) ON COMMIT DROP;'
\qecho 'COPY of_phone_route FROM stdin;'
COPY (SELECT * FROM public.phone_route WHERE region_code = :'region') TO STDOUT;
\qecho '\\.'
\qecho 'CREATE TEMP TABLE of_binding_code (LIKE public.binding_code) ON COMMIT DROP;'
\qecho 'COPY of_binding_code FROM stdin;'
COPY (SELECT * FROM public.binding_code WHERE region_code = :'region') TO STDOUT;
\qecho '\\.'
\qecho 'INSERT INTO public.region SELECT * FROM of_region ON CONFLICT DO NOTHING;'
\qecho 'INSERT INTO public.identity SELECT * FROM of_identity ON CONFLICT DO NOTHING;'
\qecho 'INSERT INTO public.identity_region SELECT * FROM of_identity_region ON CONFLICT DO NOTHING;'
\qecho 'INSERT INTO public.phone_route SELECT * FROM of_phone_route ON CONFLICT DO NOTHING;'
\qecho 'INSERT INTO public.binding_code SELECT * FROM of_binding_code ON CONFLICT DO NOTHING;'
