-- Runs once, in an empty database: the platform's role owns its database and is nothing beyond that.

\getenv password POSTGRES_PASSWORD
CREATE ROLE hearth LOGIN PASSWORD :'password';
CREATE DATABASE hearth OWNER hearth;
