-- whether documents are left that name an older address of the site
CREATE INDEX archives_base ON archives (base);
