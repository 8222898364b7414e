CREATE DATABASE prefect OWNER talent;
